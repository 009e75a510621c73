import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { freePort } from '../helpers/free-port.ts';
import { until } from '../helpers/until.ts';
import { copyProject, type ProjectCopy } from './helpers/project-copy.ts';

describe('npm run dev', () => {
  let copy: ProjectCopy;
  let dev: ChildProcess;
  let environment: NodeJS.ProcessEnv;
  let output = '';

  beforeAll(async () => {
    copy = await copyProject();
    const port = await freePort();
    environment = {
      ...process.env,
      PORT: String(port),
      ROOT_URL: `http://localhost:${port}`,
      LOG_LEVEL: 'error',
      NO_COLOR: '1',
    };
    dev = spawn('npm', ['run', '--silent', 'dev'], {
      cwd: copy.folder,
      env: environment,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [dev.stdout, dev.stderr])
      stream?.on('data', (chunk) => {
        output += chunk;
      });
    await until(() => /Rowgate answers at/.test(output) && /current\.sql applied/.test(output), 60_000);
  });
  afterAll(async () => {
    const exited = once(dev, 'exit');
    process.kill(-(dev.pid as number), 'SIGTERM');
    await exited;
    await copy.remove();
  });

  const file = () => join(copy.folder, 'current.sql');
  /** What it says of these SQL. */
  async function save(sql: string): Promise<string> {
    const before = output.length;
    await writeFile(file(), sql);
    await until(() => /^[✓✗›] .*\n/m.test(output.slice(before)), 10_000);
    return output.slice(before);
  }

  it('says once how many migrations there were', () => {
    expect(output.match(/graphile-migrate: .*(committed migrations|up to date)/g)).toHaveLength(1);
    expect(output).not.toContain('Running current.sql');
  });

  it('can say in one message what is wrong and where, and when it is right again', async () => {
    expect(await save('create table app_public.notes (\n  id integr\n);\n')).toBe(
      [
        '✗ current.sql:2:6: type "integr" does not exist (42704)',
        '    1 | create table app_public.notes (',
        '    2 |   id integr',
        '      |      ^',
        '',
      ].join('\n'),
    );
    expect(await save('--!include functions/nothing.sql\n')).toMatch(
      /^✗ current\.sql: Include of 'functions\/nothing\.sql' failed .*\n$/,
    );
    expect(await save('select 1;\n')).toMatch(/^✓ current\.sql applied in \d+ ms\n$/);
    expect(await save('select 1; -- a comment\n')).toBe('› current.sql is applied already\n');
  });

  it('can say the same when it is committed, and leaves current.sql as it was', async () => {
    const sql = 'select 1;\n--!include functions/login.sql\nselect nothing;\n';
    await save(sql);
    const failure = await promisify(execFile)(
      'npm',
      ['run', '--silent', 'migrate:commit', '--', '-m', 'wrong'],
      { cwd: copy.folder, env: environment },
    ).catch((error) => error);
    expect(failure.code).toBe(1);
    expect(failure.stderr).toMatch(/^current\.sql:3:8: column "nothing" does not exist \(42703\)\n/m);
    expect(failure.stderr + failure.stdout).not.toMatch(/^ +at /m);
    expect(await readFile(file(), 'utf8')).toBe(sql);
    expect((await readdir(join(copy.folder, 'migrations/committed'))).at(-1)).not.toContain('wrong');
  });
});
