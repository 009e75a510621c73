import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { withParts } from '../../src/database/urls.ts';
import { until } from '../helpers/until.ts';

const project = fileURLToPath(new URL('../../', import.meta.url));
const run = promisify(execFile);
const PASSWORD = 'correct horse';

/** The fenced blocks of the README in one language, in their order. */
const blocks = (readme: string, language: string) =>
  [...readme.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, 'gms'))].map(
    (match) => match[1] as string,
  );

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  return port;
}

/** A `fetch` as a browser's page on this server would have it: relative addresses, and cookies that are kept. */
function browserFetch(origin: string): typeof fetch {
  const cookies = new Map<string, string>();
  return async (path, init) => {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(`${origin}${path}`, { ...init, headers: { ...init?.headers, cookie } });
    for (const line of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line) as unknown as [string, string, string];
      if (/Expires=Thu, 01 Jan 1970/.test(line)) cookies.delete(name);
      else cookies.set(name, value);
    }
    return response;
  };
}

describe('the README, followed to the letter', () => {
  let readme: string;
  let folder: string;
  let started: ChildProcess;
  let origin: string;
  let environment: NodeJS.ProcessEnv;

  const npm = (...args: string[]) =>
    spawn('npm', args, {
      cwd: folder,
      env: environment,
      detached: true,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
  const said = async (child: ChildProcess, text: string) => {
    let output = '';
    child.stdout?.on('data', (chunk) => {
      output += chunk;
    });
    await until(() => output.includes(text) || child.exitCode !== null, 60_000);
    expect(output).toContain(text);
  };
  const stop = async (child: ChildProcess) => {
    const exited = once(child, 'exit');
    process.kill(-(child.pid as number), 'SIGTERM');
    await exited;
  };
  const api = async (query: string, token?: string) => {
    const headers = {
      'content-type': 'application/json',
      ...(token ? { authorization: `Bearer ${token}` } : { 'x-auth-mode': 'token' }),
    };
    const response = await fetch(`${origin}/graphql`, {
      method: 'POST',
      headers,
      body: JSON.stringify({ query }),
    });
    // biome-ignore lint/suspicious/noExplicitAny: what a test asks for is what it gets
    return (await response.json()) as { data: any };
  };
  const tokenOf = async (username: string) =>
    (
      await api(
        `mutation { issueTokens(input: { username: "${username}", password: "${PASSWORD}" }) { tokens { accessToken } } }`,
      )
    ).data.issueTokens.tokens.accessToken as string;
  async function register(username: string): Promise<void> {
    const browser = browserFetch(origin);
    const { csrfToken } = (await (await browser('/csrf-token')).json()) as { csrfToken: string };
    const query = `mutation { register(input: { username: "${username}", email: "${username}@example.com", password: "${PASSWORD}" }) { clientMutationId } }`;
    await browser('/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-csrf-token': csrfToken },
      body: JSON.stringify({ query }),
    });
  }

  // A copy, as a newcomer has it, because following the README changes files. The dependencies are this checkout's.
  beforeAll(async () => {
    readme = await readFile(`${project}README.md`, 'utf8');
    folder = await mkdtemp(join(tmpdir(), 'rowgate-readme-'));
    const names = (await readdir(project)).filter(
      (name) => !['node_modules', '.git', '.data', 'bench'].includes(name),
    );
    for (const name of names)
      await cp(join(project, name), join(folder, name), { recursive: true, verbatimSymlinks: true });
    await symlink(`${project}node_modules`, join(folder, 'node_modules'));
    const port = await freePort();
    origin = `http://localhost:${port}`;
    environment = {
      ...process.env,
      PORT: String(port),
      ROOT_URL: origin,
      BCRYPT_COST: '4',
      LOG_LEVEL: 'error',
      RATE_LIMITS: 'off',
    };
    started = npm('run', '--silent', 'dev');
    await said(started, 'Rowgate answers at');
    await register('ada');
    await register('bob');
  });
  afterAll(async () => {
    if (started.exitCode === null && started.signalCode === null) await stop(started);
    await rm(folder, { recursive: true, force: true });
  });

  it('can be logged in to with the lines for a frontend', async () => {
    const [lines] = blocks(readme, 'js');
    const AsyncFunction = (async () => {}).constructor as new (
      ...args: string[]
    ) => (...args: unknown[]) => Promise<unknown>;
    const follow = new AsyncFunction(
      'fetch',
      'p',
      `${lines}\nreturn graphql('{ currentUser { username } }');`,
    );
    expect(await follow(browserFetch(origin), PASSWORD)).toEqual({
      data: { currentUser: { username: 'ada' } },
    });
  });

  it('can be used with the lines for a shell', async () => {
    const lines = blocks(readme, 'sh').find((block) => block.includes('issueTokens')) as string;
    const [issue, ask] = lines
      .replaceAll('localhost:5678', origin.replace('http://', ''))
      .split(/\n(?=curl)/) as [string, string];
    const issued = JSON.parse((await run('bash', ['-c', issue])).stdout);
    const { accessToken } = issued.data.issueTokens.tokens;
    const asked = await run('bash', ['-c', ask], { env: { ...process.env, ACCESS_TOKEN: accessToken } });
    expect(JSON.parse(asked.stdout)).toEqual({ data: { currentUser: { username: 'ada' } } });
  });

  it('can be given a table: saved, and served within two seconds, to each their own', async () => {
    const [table] = blocks(readme, 'sql');
    const savedAt = performance.now();
    await writeFile(join(folder, 'current.sql'), table as string);
    await until(async () => (await api('{ __type(name: "CreateNotePayload") { name } }')).data.__type);
    expect(performance.now() - savedAt).toBeLessThan(2_000);

    const [ada, bob] = [await tokenOf('ada'), await tokenOf('bob')];
    await api('mutation { createNote(input: { note: { body: "mine" } }) { note { body } } }', ada);
    expect((await api('{ notes { nodes { body } } }', ada)).data).toEqual({
      notes: { nodes: [{ body: 'mine' }] },
    });
    expect((await api('{ notes { nodes { body } } }', bob)).data).toEqual({ notes: { nodes: [] } });
  });

  it('can have the table committed', async () => {
    await stop(started);
    const commit = blocks(readme, 'sh').find((block) => block.includes('migrate:commit')) as string;
    await run('bash', ['-c', commit], { cwd: folder, env: environment });
    expect((await readdir(join(folder, 'migrations/committed'))).at(-1)).toMatch(/-notes\.sql$/);
    expect(await readFile(join(folder, 'current.sql'), 'utf8')).not.toContain('create table');
    expect(await readFile(join(folder, 'migrations/schema.sql'), 'utf8')).toContain(
      'create table app_public.notes',
    );
  });

  it('can be started with one command, and serves what was committed', async () => {
    const [first] = blocks(readme, 'sh');
    expect(first?.trim().split('\n')).toEqual(['npm ci', 'npm start']);
    const everything = npm('start');
    try {
      await said(everything, 'Rowgate answers at');
      // Its migration makes the table anew, so it is empty; the users are still there.
      expect((await api('{ notes { nodes { body } } }', await tokenOf('ada'))).data.notes.nodes).toEqual([]);
    } finally {
      await stop(everything);
    }
  });

  it('can be run in steps on a PostgreSQL of one’s own', async () => {
    const steps = blocks(readme, 'sh')
      .find((block) => block.includes('db:setup'))
      ?.trim()
      .split('\n') as string[];
    const { root } = JSON.parse(process.env.ROWGATE_TEST_DATABASES as string);
    const database = `rowgate_readme_${process.pid}`;
    const own = {
      ...environment,
      ROOT_DATABASE_URL: root,
      DATABASE_OWNER_URL: withParts(root, { user: 'rowgate_test_owner', password: 'owner', database }),
      DATABASE_URL: withParts(root, { user: 'authenticator', password: 'authenticator', database }),
    };
    environment = own;
    const words = (step: string) => step.split(' ').slice(1);
    for (const step of steps.slice(0, 2)) await run('npm', words(step), { cwd: folder, env: own });
    const server = npm(...words(steps[2] as string));
    const worker = npm(...words(steps[3] as string));
    try {
      await Promise.all([said(server, 'Rowgate answers at'), said(worker, 'The worker runs')]);
      expect((await api('{ currentUser { username } }')).data).toEqual({ currentUser: null });
    } finally {
      await Promise.all([stop(server), stop(worker)]);
    }
  });
});
