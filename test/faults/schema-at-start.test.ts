import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { withClient } from '../../src/database/with-client.ts';
import { freePort } from '../helpers/free-port.ts';
import { CHEAP, type RowgateProcess, startRowgate } from '../helpers/rowgate-process.ts';
import { type TestDatabase, withTestDatabase } from '../helpers/test-database.ts';
import { until } from '../helpers/until.ts';
import { childrenOf, signalAll } from './helpers/processes.ts';

/** A table whose rows the API shall be made to call `Query`; without its comment they would get another name. */
const IMPOSSIBLE = `
  create table app_public.rowgate_test_queries (
    id uuid primary key default gen_random_uuid(),
    user_id uuid not null default app_public.current_user_id() references app_public.users on delete cascade
  );
  create index rowgate_test_queries_user_id_idx on app_public.rowgate_test_queries (user_id);
  alter table app_public.rowgate_test_queries enable row level security;
  create policy select_own on app_public.rowgate_test_queries for select to webuser
    using (user_id = (select app_public.current_user_id()));
  grant select on app_public.rowgate_test_queries to webuser;
  comment on table app_public.rowgate_test_queries is '@name queries';`;
const ANSWERS = 'Rowgate answers';

type Server = RowgateProcess & {
  /** Asks, and returns the status and the body of the answer. */
  get(path: string): Promise<[number, string]>;
  /** The status of a request that needs the schema and nothing else. */
  typename(): Promise<number>;
};

/** Runs the server on a port of its own, and ends it. */
async function withServer(
  urls: TestDatabase,
  args: string[],
  settings: Record<string, string>,
  work: (server: Server) => Promise<void>,
): Promise<void> {
  const port = String(await freePort());
  const process = startRowgate(['src/main.ts', ...args], {
    ...CHEAP,
    LOG_LEVEL: 'error',
    NO_COLOR: '1',
    DATABASE_URL: urls.authenticator,
    DATABASE_OWNER_URL: urls.owner,
    PORT: port,
    ...settings,
  });
  const url = `http://127.0.0.1:${port}`;
  const get = async (path: string): Promise<[number, string]> => {
    const response = await fetch(`${url}${path}`);
    return [response.status, await response.text()];
  };
  const typename = async () => {
    const headers = { 'content-type': 'application/json', 'x-auth-mode': 'token' };
    const body = '{"query":"{__typename}"}';
    return (await fetch(`${url}/graphql`, { method: 'POST', headers, body })).status;
  };
  try {
    await work(Object.assign(process, { get, typename }));
  } finally {
    await process.stop();
  }
}

/** Locks what the server reads first of the catalog. */
async function lockCatalog({ root }: TestDatabase): Promise<() => Promise<void>> {
  const client = new pg.Client({ connectionString: root });
  await client.connect();
  await client.query('begin; lock table pg_catalog.pg_enum in access exclusive mode');
  return () => client.end();
}

const READY = [200, '{"status":"ready","database":"ok","schema":"ok"}'];
const NOT_READY = [503, '{"status":"not ready","database":"ok","schema":"not built"}'];

describe.each([
  ['one process', {}],
  ['two processes', { WEB_CONCURRENCY: '2' }],
])('a server of %s', (_, settings) => {
  it('waits for a lock on the catalog, says so, and answers once it is gone', async () => {
    await withTestDatabase(async (database) => {
      const unlock = await lockCatalog(database);
      await withServer(database, ['--server-only'], settings, async (server) => {
        await server.says('canceling statement due to lock timeout');
        await server.says('next attempt in 1 s');
        expect(server.output).not.toContain(ANSWERS);
        await expect(server.get('/readyz')).rejects.toThrow('fetch failed');
        await unlock();
        await server.says(ANSWERS);
        expect(await server.get('/readyz')).toEqual(READY);
        expect(await server.typename()).toBe(200);
      });
    });
  });

  it('can be stopped while it waits', async () => {
    await withTestDatabase(async (database) => {
      const unlock = await lockCatalog(database);
      await withServer(database, ['--server-only'], settings, async (server) => {
        await server.says('next attempt in');
        expect([await server.stop(), server.output]).toEqual([0, expect.not.stringContaining('rror:')]);
      });
      await unlock();
    });
  });

  it('does not start with a schema that cannot be built, and names the object', async () => {
    await withTestDatabase(async (database) => {
      await withClient(database.owner, (client) => client.query(IMPOSSIBLE));
      await withServer(database, ['--server-only'], settings, async (server) => {
        await until(() => server.child.exitCode !== null, 60_000);
        expect(server.child.exitCode).toBe(1);
        expect(server.output).toContain('The GraphQL schema cannot be built');
        expect(server.output).toContain('app_public.rowgate_test_queries');
        expect(server.output).not.toContain(ANSWERS);
        expect(server.output).not.toMatch(/^ +at /m);
      });
    });
  });

  it('does not start on a database on which no migration has run', async () => {
    await withTestDatabase(async (database) => {
      await withClient(database.root, (client) => client.query('drop schema app_public cascade'));
      await withServer(database, ['--server-only'], settings, async (server) => {
        await until(() => server.child.exitCode !== null, 60_000);
        expect(server.output).toContain('npm run migrate');
        expect(server.output).not.toContain(ANSWERS);
      });
    });
  });
});

it('a process that cannot be replaced at once is replaced once the schema can be built', async () => {
  await withTestDatabase(async (database) => {
    await withServer(database, ['--server-only'], { WEB_CONCURRENCY: '2' }, async (server) => {
      await server.says(ANSWERS);
      const [first] = await childrenOf(server.child.pid as number);
      await withClient(database.owner, (client) => client.query(IMPOSSIBLE));
      signalAll([first as number], 'SIGKILL');
      await server.says('app_public.rowgate_test_queries');
      await withClient(database.owner, (client) =>
        client.query('drop table app_public.rowgate_test_queries'),
      );
      // Frozen, the other one cannot answer for it.
      const [other] = (await childrenOf(server.child.pid as number)).filter((pid) => pid !== first);
      signalAll([other as number], 'SIGSTOP');
      try {
        await until(async () =>
          (await Promise.all([1, 2, 3, 4].map(() => answersSoon(server)))).includes(true),
        );
      } finally {
        signalAll([other as number], 'SIGCONT');
      }
    });
  });
});

/** The frozen process takes requests too, which then wait for it. */
const answersSoon = (server: Server) =>
  Promise.race([server.get('/readyz').then(([status]) => status === 200), delay(500, false)]);

describe('a server that watches', () => {
  const change = (database: TestDatabase, sql: string) =>
    withClient(database.owner, (client) => client.query(`${sql}; notify postgraphile_watch`));

  it('keeps the last good schema when a change makes it impossible, and says so', async () => {
    await withTestDatabase(async (database) => {
      await withServer(database, ['--watch'], {}, async (server) => {
        await server.says(ANSWERS);
        await change(database, IMPOSSIBLE);
        await server.says('The last good schema stays in use');
        expect(server.output).toContain('app_public.rowgate_test_queries');
        expect([await server.get('/readyz'), await server.typename()]).toEqual([READY, 200]);
        await change(database, 'drop table app_public.rowgate_test_queries');
        await server.says('can be built again');
      });
    });
  });

  it('waits for a change when the first schema cannot be built', async () => {
    await withTestDatabase(async (database) => {
      await withClient(database.owner, (client) => client.query(IMPOSSIBLE));
      await withServer(database, ['--watch'], {}, async (server) => {
        await server.says('No request can be answered before that');
        expect([await server.get('/readyz'), await server.typename()]).toEqual([NOT_READY, 503]);
        expect(server.output).not.toContain(ANSWERS);
        await change(database, 'drop table app_public.rowgate_test_queries');
        await server.says(ANSWERS);
        expect([await server.get('/readyz'), await server.typename()]).toEqual([READY, 200]);
      });
    });
  });

  it('notices changes after a lock that made reading the catalog fail', async () => {
    await withTestDatabase(async (database) => {
      await withServer(database, ['--watch'], {}, async (server) => {
        await server.says(ANSWERS);
        const unlock = await lockCatalog(database);
        await withClient(database.owner, (client) => client.query('notify postgraphile_watch'));
        await server.says('canceling statement due to lock timeout');
        expect([await server.get('/readyz'), await server.typename()]).toEqual([READY, 200]);
        await unlock();
        await change(database, IMPOSSIBLE);
        await server.says('The last good schema stays in use');
      });
    });
  });
});
