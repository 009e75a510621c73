import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { withParts } from '../../src/database/urls.ts';
import { type Block, blocksOf } from '../docs/read-documents.ts';
import { freePort } from '../helpers/free-port.ts';
import { until } from '../helpers/until.ts';
import { copyProject, type ProjectCopy } from './helpers/project-copy.ts';

const run = promisify(execFile);
const PASSWORD = 'correct horse';

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
  const blocks = blocksOf('README.md');
  const followed = new Set<Block>();
  /** The one block in this language with this text, which is then known to be followed. */
  const block = (language: string, text: string): string => {
    const found = blocks.filter((one) => one.language === language && one.text.includes(text));
    expect(found).toHaveLength(1);
    followed.add(found[0]!);
    return found[0]!.text;
  };
  let copy: ProjectCopy;
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
  /** What commands print, on both streams. */
  const shell = async (commands: string): Promise<string> => {
    const { stdout, stderr } = await run('bash', ['-ec', commands], {
      cwd: folder,
      env: environment,
      maxBuffer: 1e8,
    });
    return stdout + stderr;
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

  beforeAll(async () => {
    copy = await copyProject();
    folder = copy.folder;
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
    await copy.remove();
  });

  it('can be logged in to with the lines for a frontend', async () => {
    const lines = block('js', 'currentUser');
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

  it('can be told of changes of one’s own account, with a token as parameter of the connection', async () => {
    const client = createClient({
      url: `${origin.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      retryAttempts: 0,
      connectionParams: { authorization: `Bearer ${await tokenOf('ada')}` },
    });
    try {
      // biome-ignore lint/suspicious/noExplicitAny: what a test asks for is what it gets
      const changes = client.iterate<any>({ query: block('graphql', 'subscription') });
      const { value } = await changes.next();
      expect(value.data.currentUserUpdated.currentUser.userEmails.nodes).toEqual([
        { email: 'ada@example.com', isVerified: false },
      ]);
    } finally {
      await client.dispose();
    }
  });

  it('can be used with the lines for a shell', async () => {
    const lines = block('sh', 'issueTokens');
    const [issue, ask] = lines
      .replaceAll('localhost:5678', origin.replace('http://', ''))
      .split(/\n(?=curl)/) as [string, string];
    const issued = JSON.parse((await run('bash', ['-c', issue])).stdout);
    const { accessToken } = issued.data.issueTokens.tokens;
    const asked = await run('bash', ['-c', ask], { env: { ...process.env, ACCESS_TOKEN: accessToken } });
    expect(JSON.parse(asked.stdout)).toEqual({ data: { currentUser: { username: 'ada' } } });
  });

  it('can be given a table with one command: served soon, to each their own', async () => {
    await shell(block('sh', 'npm run new'));
    await until(async () => (await api('{ __type(name: "CreateNotePayload") { name } }')).data.__type);
    expect(await readFile(join(folder, 'current.sql'), 'utf8')).toContain(block('sql', 'create policy'));

    const [ada, bob] = [await tokenOf('ada'), await tokenOf('bob')];
    const { createNote } = (await api(block('graphql', 'createNote'), ada)).data;
    expect((await api('{ notes { nodes { rowId body } } }', ada)).data.notes.nodes).toEqual([
      createNote.note,
    ]);
    expect((await api('{ notes { nodes { body } } }', bob)).data).toEqual({ notes: { nodes: [] } });
  });

  it('can have the table tested before it is committed, and the test fails without the policy', async () => {
    const test = block('sh', 'npm test');
    await shell(test);
    const file = join(folder, 'current.sql');
    const sql = await readFile(file, 'utf8');
    await writeFile(file, sql.replace(block('sql', 'create policy'), ''));
    await expect(shell(test)).rejects.toThrow('can show one’s own rows');
    await writeFile(file, sql);
  });

  it('can be asked with SQL, as the owner and as a user', async () => {
    const [asOwner, asAda] = block('sh', 'npm run console').trim().split('\n') as [string, string];
    const ask = 'select current_user, count(*) from app_public.users group by 1';
    expect(await shell(`echo '${ask}' | ${asOwner}`)).toMatch(/rowgate_owner \| +2/);
    expect(await shell(`echo '${ask}' | ${asAda}`)).toMatch(/webuser +\| +2/);
  });

  it('can have the table committed, with the server running', async () => {
    await shell(block('sh', 'migrate:commit'));
    expect((await readdir(join(folder, 'migrations/committed'))).at(-1)).toMatch(/-notes\.sql$/);
    expect(await readFile(join(folder, 'current.sql'), 'utf8')).not.toContain('create table');
    const says = (file: string) => readFile(join(folder, file), 'utf8');
    expect(await says('migrations/schema.sql')).toContain('create table app_public.notes');
    expect(await says('docs/permissions.md')).toContain('app_public.notes');
    expect(await says('src/schema.graphql')).toContain('type Note ');
    await stop(started);
    // The tests that hold all of this together, and know nothing of notes.
    const tests = [
      'db/notes',
      'db/web-roles',
      'db/cross-tenant',
      'database/migrations',
      'http/schema-contract',
    ];
    await shell(
      `npm test -- ${[...tests, 'policies/matrix'].map((name) => `test/${name}.test.ts`).join(' ')}`,
    );
  });

  it('can be started with one command, and serves what was committed', async () => {
    expect(block('sh', 'npm start').trim().split('\n')).toEqual(['npm ci', 'npm start']);
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
    const steps = block('sh', 'db:setup').trim().split('\n');
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

  it('has no block that is not followed here', () => {
    expect(blocks.filter((one) => !followed.has(one))).toEqual([]);
  });
});
