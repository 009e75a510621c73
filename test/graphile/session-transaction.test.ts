import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import type { NodePostgresPgClient } from 'postgraphile/adaptors/pg';
import { BusyClients } from '../../src/database/busy-clients.ts';
import { makeWithPgClient } from '../../src/graphile/pg-adaptor.ts';
import { makeLogger } from '../../src/logger.ts';
import { makePools, type Pools } from '../../src/pools.ts';
import { testConfig } from '../helpers/test-config.ts';
import { createTestDatabase, type TestDatabase } from '../helpers/test-database.ts';
import { startWireLog, type WireLog } from '../helpers/wire-log.ts';
import { startBreakingBegin } from './breaking-begin.ts';
import { OneRowCursor } from './one-row-cursor.ts';

/** Each row says who has written it: `anonymous` with a prologue, `none` without. The authenticator may write, too. */
const ENTRIES = `
  create table app_public.rowgate_test_entries (
    id integer primary key,
    role text not null default current_setting('role'),
    parent_id integer references app_public.rowgate_test_entries deferrable initially deferred
  );
  grant select, insert on app_public.rowgate_test_entries to anonymous, webuser, authenticator;
  create function app_public.become_for_ever(role text) returns text language sql volatile
    as $$ select set_config('role', role, false) $$;
  grant execute on function app_public.become_for_ever to anonymous;
`;

type Client = NodePostgresPgClient;
/** Runs a callback of a plugin. */
type Run = <T>(callback: (client: Client) => T | Promise<T>, settings?: null) => Promise<T>;

describe('the transaction of a callback', () => {
  let database: TestDatabase;
  let wire: WireLog;
  let owner: pg.Client;
  let pools: Pools;
  beforeAll(async () => {
    database = await createTestDatabase();
    owner = new pg.Client(database.owner);
    await owner.connect();
    await owner.query(ENTRIES);
    wire = await startWireLog(database.authenticator);
    pools = makePools(wire.url, makeLogger(testConfig()));
  });
  afterAll(async () => {
    await pools.end();
    await wire.close();
    await owner.end();
    await database.drop();
  });
  beforeEach(() => owner.query('truncate app_public.rowgate_test_entries'));

  const withPgClient = (isReadOnly = false, sessionId?: string, pool = pools.data) => {
    const all = makeWithPgClient({
      pool,
      primary: undefined,
      isReadOnly,
      preparesStatements: true,
      busy: new BusyClients(),
      span: undefined,
      onSessionResolved: () => {},
      onSessionRefused: () => {},
      onWritten: () => {},
    });
    return ((callback, settings) =>
      all(settings === null ? null : { 'app.session_id': sessionId, 'app.request': '{}' }, callback)) as Run;
  };
  const run: Run = (callback, settings) => withPgClient()(callback, settings);
  const add = (client: Pick<Client, 'query'>, id: number) =>
    client.query({ text: 'insert into app_public.rowgate_test_entries (id) values ($1)', values: [id] });
  const written = async () =>
    (await owner.query('select id from app_public.rowgate_test_entries order by id')).rows.map(
      ({ id }) => id,
    );
  const ROLE = `select current_setting('role') as role`;
  /** `pg` returns the object that it is given, which its types do not know. */
  const submit = <Q>(client: Client, query: Q): Q => client.rawClient.query(query as never) as unknown as Q;
  const askByObject = (client: Client, text: string) =>
    new Promise<pg.QueryResult>((resolve, reject) => {
      const callback = (error: Error | null, result: pg.QueryResult) =>
        error ? reject(error) : resolve(result);
      submit(
        client,
        new (pg.Query as unknown as new (text: string, done: unknown) => object)(text, callback),
      );
    });
  const boom = () => {
    throw new Error('boom');
  };

  /** After each test: the next request finds the connection as new, and no row was written without the prologue. */
  async function expectClean() {
    const { rows } = await pools.data.query(
      `select current_setting('role') as role, session_user = current_user as is_nobody,
         coalesce(current_setting('app.session_id', true), '') as session, current_setting('search_path') as path,
         (select count(*)::int from pg_locks where locktype = 'advisory' and pid = pg_backend_pid()) as locks`,
    );
    expect(rows).toEqual([{ role: 'none', is_nobody: true, session: '', path: '"$user", public', locks: 0 }]);
    const { rowCount } = await owner.query(
      `select from app_public.rowgate_test_entries where role <> 'anonymous'`,
    );
    expect(rowCount).toBe(0);
  }
  afterEach(expectClean);

  describe('begins', () => {
    it('can take the prologue and its first statement with it in one write, and the rest in a second', async () => {
      wire.clear();
      await run((client) => add(client, 1));
      const writes = wire.statements.map(({ text, write, sync }) => ({ text, write, sync }));
      expect(writes.map(({ text }) => text.trim().split(/\s+/, 2).join(' '))).toEqual([
        'begin',
        "select set_config('role',".split('\n')[0] as string,
        'insert into',
        'select 1',
        'commit',
        'reset session',
      ]);
      expect(new Set(writes.slice(0, 3).map(({ write }) => write)).size).toBe(1);
      expect(new Set(writes.slice(0, 3).map(({ sync }) => sync)).size).toBe(1);
      expect(new Set(writes.slice(3).map(({ write }) => write)).size).toBe(1);
      expect(await written()).toEqual([1]);
    });

    it.each<[string, (client: Client) => Promise<unknown>]>([
      ['a text', (client) => client.rawClient.query(ROLE).then(({ rows }) => rows[0].role)],
      [
        'a text with values',
        (client) => client.rawClient.query(`${ROLE} where $1`, [true]).then(({ rows }) => rows[0].role),
      ],
      ['an object', (client) => client.rawClient.query({ text: ROLE }).then(({ rows }) => rows[0].role)],
      [
        'several statements',
        (client) =>
          client.rawClient
            .query(`select 1; ${ROLE}`)
            .then((all) => (all as unknown as pg.QueryResult[])[1]?.rows[0].role),
      ],
      [
        'a callback',
        (client) =>
          new Promise((resolve, reject) => {
            client.rawClient.query(ROLE, (error, result) =>
              error ? reject(error) : resolve(result.rows[0].role),
            );
          }),
      ],
      [
        'values and a callback',
        (client) =>
          new Promise((resolve, reject) => {
            client.rawClient.query(`${ROLE} where $1`, [true], (error, result) =>
              error ? reject(error) : resolve(result.rows[0].role),
            );
          }),
      ],
      ['a query object', (client) => askByObject(client, ROLE).then(({ rows }) => rows[0].role)],
      [
        'a cursor',
        async (client) => {
          const cursor = submit(client, new OneRowCursor(ROLE));
          const [role] = await cursor.read();
          await cursor.close();
          return role;
        },
      ],
      [
        'a transaction',
        (client) => client.withTransaction((tx) => tx.rawClient.query(ROLE)).then(({ rows }) => rows[0].role),
      ],
      [
        'two at once',
        (client) =>
          Promise.all([client.rawClient.query(ROLE), client.rawClient.query(ROLE)]).then(
            ([, { rows }]) => rows[0].role,
          ),
      ],
    ])('can be by %s of the raw client: the prologue comes first', async (_, ask) => {
      expect(await run(ask)).toBe('anonymous');
    });

    it('cannot run anything when the session is refused, whatever is sent beside it', async () => {
      const refused = withPgClient(false, '00000000-0000-4000-8000-000000000000');
      const outcomes: unknown[] = [];
      const work = refused(async (client) => {
        outcomes.push(
          ...(await Promise.allSettled([
            add(client, 1),
            add(client, 2),
            client.withTransaction((tx) => add(tx, 3)),
            client.rawClient.query('insert into app_public.rowgate_test_entries values (4)'),
          ])),
        );
      });
      await expect(work).rejects.toMatchObject({ code: 'RG000' });
      expect(outcomes).toHaveLength(4);
      for (const outcome of outcomes)
        expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'RG000' } });
      expect(await written()).toEqual([]);
    });
  });

  it('cannot run anything when its `begin` fails, as when a cancel arrives just then', async () => {
    const proxy = await startBreakingBegin(database.authenticator);
    const broken = makePools(proxy.url, makeLogger(testConfig()));
    try {
      const outcomes: PromiseSettledResult<unknown>[] = [];
      const work = withPgClient(
        false,
        undefined,
        broken.data,
      )(async (client) => {
        const all = [
          add(client, 1),
          add(client, 2),
          client.rawClient.query('insert into app_public.rowgate_test_entries values (3)'),
          client.withTransaction((tx) => add(tx, 4)),
        ];
        outcomes.push(...(await Promise.allSettled(all)));
        // Nor later.
        outcomes.push(
          ...(await Promise.allSettled([add(client, 5), client.withTransaction((tx) => add(tx, 6))])),
        );
      });
      await expect(work).rejects.toMatchObject({ code: '42601' });
      expect(outcomes.map(({ status }) => status)).toEqual(Array(6).fill('rejected'));
      expect(await written()).toEqual([]);
    } finally {
      await broken.end();
      proxy.close();
    }
  });

  it('cannot be without settings', async () => {
    await expect(run((client) => add(client, 1), null)).rejects.toThrow('pass `pgSettings` of the context');
  });

  describe('holds', () => {
    it('can run several arrayMode statements in one transaction', async () => {
      const rows = await run(async (client) => {
        const query = { text: 'select txid_current()::text', arrayMode: true, name: 'same' };
        return [await client.query<string[]>(query), await client.query<string[]>(query)];
      });
      expect(rows[0]?.rows).toEqual(rows[1]?.rows);
      const undone = run(async (client) => {
        for (const id of [1, 2])
          await client.query({
            text: `insert into app_public.rowgate_test_entries (id) values (${id})`,
            arrayMode: true,
          });
        boom();
      });
      await expect(undone).rejects.toThrow('boom');
      expect(await written()).toEqual([]);
    });

    it('can undo everything when the callback throws, what withTransaction did included', async () => {
      const undone = run(async (client) => {
        await client.withTransaction((tx) => add(tx, 1));
        await client.withTransaction((tx) => add(tx, 2));
        boom();
      });
      await expect(undone).rejects.toThrow('boom');
      expect(await written()).toEqual([]);
    });

    it.each<[string, (tx: Client) => Promise<unknown>]>([
      ['an error of its own', async (tx) => add(tx, 2).then(boom)],
      ['an error of the database', async (tx) => add(tx, 2).then(() => tx.query({ text: 'select 1/0' }))],
      ['an error of the raw client', async (tx) => add(tx, 2).then(() => tx.rawClient.query('select 1/0'))],
      [
        'an error that it has caught',
        async (tx) =>
          add(tx, 2)
            .then(() => tx.query({ text: 'select 1/0' }))
            .catch(() => {}),
      ],
      [
        'an error that it does not wait for',
        async (tx) => {
          add(tx, 2);
          tx.query({ text: 'select 1/0' });
        },
      ],
      [
        'an error of a transaction within',
        async (tx) => add(tx, 2).then(() => tx.withTransaction((inner) => add(inner, 3).then(boom))),
      ],
      ['an error before its first statement', async () => boom()],
      [
        'an error while a statement is on its way',
        async (tx) => {
          add(tx, 2);
          add(tx, 3);
          tx.rawClient.query('insert into app_public.rowgate_test_entries values (4)');
          boom();
        },
      ],
    ])('can go on after a withTransaction that failed by %s', async (_, fail) => {
      for (const isFirst of [true, false]) {
        await owner.query('truncate app_public.rowgate_test_entries');
        await run(async (client) => {
          if (!isFirst) await add(client, 1);
          await expect(client.withTransaction(fail)).rejects.toThrow();
          await add(client, 9);
          await client.withTransaction((tx) => add(tx, 10));
          expect((await client.query<{ role: string }>({ text: ROLE })).rows).toEqual([
            { role: 'anonymous' },
          ]);
        });
        expect(await written()).toEqual(isFirst ? [9, 10] : [1, 9, 10]);
      }
    });

    it('can run parallel withTransactions one after another: one that fails takes nothing of the other', async () => {
      const outcomes = await run((client) =>
        Promise.allSettled(
          Array.from({ length: 8 }, (_, id) =>
            client.withTransaction(async (tx) => {
              await add(tx, 2 * id);
              await delay(1);
              await add(tx, 2 * id + 1);
              if (id % 2) await tx.query({ text: 'select 1/0' });
            }),
          ),
        ),
      );
      expect(outcomes.map(({ status }) => status)).toEqual(
        Array.from({ length: 8 }, (_, id) => (id % 2 ? 'rejected' : 'fulfilled')),
      );
      expect(await written()).toEqual([0, 1, 4, 5, 8, 9, 12, 13]);
    });

    it('can keep a statement beside a withTransaction out of it', async () => {
      await run(async (client) => {
        await add(client, 1);
        const failing = client.withTransaction(async (tx) => {
          await add(tx, 2);
          boom();
        });
        await Promise.all([
          expect(failing).rejects.toThrow('boom'),
          add(client, 3),
          client.rawClient.query('insert into app_public.rowgate_test_entries values (4)'),
        ]);
      });
      expect(await written()).toEqual([1, 3, 4]);
    });

    it('can use the outer client within withTransaction: it is the same transaction, and does not wait for itself', async () => {
      await run(async (client) => {
        await add(client, 1);
        const failing = client.withTransaction(async (tx) => {
          await add(client, 2);
          await client.rawClient.query('insert into app_public.rowgate_test_entries values (3)');
          await client.withTransaction(() => add(tx, 4));
          boom();
        });
        await expect(failing).rejects.toThrow('boom');
      });
      expect(await written()).toEqual([1]);
    });

    it('can have a cursor and statements after it', async () => {
      const seen = await run(async (client) => {
        await add(client, 1);
        const cursor = submit(
          client,
          new OneRowCursor('select id from app_public.rowgate_test_entries union all select 2'),
        );
        const rows = [await cursor.read(), await cursor.read()];
        await cursor.close();
        await add(client, 3);
        return rows;
      });
      expect(seen).toEqual([['1'], ['2']]);
      expect(await written()).toEqual([1, 3]);
      // Pipelining is back.
      wire.clear();
      await run((client) => Promise.all([add(client, 4), add(client, 5), add(client, 6)]));
      const [fifth, sixth] = wire.statements.filter(({ text }) => text.startsWith('insert')).slice(1);
      expect(sixth?.write).toBeLessThanOrEqual((fifth?.write as number) + 1);
    });
  });

  describe('ends', () => {
    it('cannot hide that a statement has failed and nothing was written', async () => {
      const swallowed = run(async (client) => {
        await add(client, 1);
        await client.query({ text: 'select 1/0' }).catch(() => {});
        return 'done';
      });
      await expect(swallowed).rejects.toThrow('Run what may fail in withTransaction');
      const reads = withPgClient(true)(async (client) => {
        await client.query({ text: 'select 1/0' }).catch(() => {});
        return 'done';
      });
      expect(await reads).toBe('done');
    });

    it('can report what is only found at the commit', async () => {
      const dangling = run((client) =>
        client.query({ text: 'insert into app_public.rowgate_test_entries (id, parent_id) values (1, 99)' }),
      );
      await expect(dangling).rejects.toMatchObject({ code: '23503' });
    });

    it('cannot let a statement through behind the rollback', async () => {
      const thrown = run((client) => {
        add(client, 1);
        add(client, 2);
        client.rawClient.query('insert into app_public.rowgate_test_entries values (3)');
        client.withTransaction((tx) => add(tx, 4));
        boom();
      });
      await expect(thrown).rejects.toThrow('boom');
      expect(await written()).toEqual([]);
    });

    it('can commit what the callback has not waited for, and takes nothing after it', async () => {
      let late: Promise<unknown> | undefined;
      let kept: Client | undefined;
      await run((client) => {
        kept = client;
        for (const id of [1, 2, 3]) add(client, id);
      });
      expect(await written()).toEqual([1, 2, 3]);
      for (const send of [
        () => add(kept as Client, 4),
        () => (kept as Client).rawClient.query('insert into app_public.rowgate_test_entries values (5)'),
        () => (kept as Client).withTransaction((tx) => add(tx, 6)),
      ]) {
        late = send();
        await expect(late).rejects.toThrow('has ended');
      }
      expect(await written()).toEqual([1, 2, 3]);
    });

    it('cannot end before a withTransaction in it', async () => {
      let finished: Promise<unknown> | undefined;
      const early = run(async (client) => {
        finished = client.withTransaction(async (tx) => {
          await add(tx, 1);
          await delay(5);
          await add(tx, 2);
        });
      });
      await expect(early).rejects.toThrow('Await it before returning');
      await expect(finished).rejects.toThrow();
      expect(await written()).toEqual([]);
    });

    it('cannot leave a cursor open', async () => {
      const left = run(async (client) => {
        await submit(client, new OneRowCursor('select 1')).read();
      });
      await expect(left).rejects.toThrow('cursor was left open');
    });

    it('cannot give the connection back by itself', async () => {
      for (const method of ['release', 'end', 'connect'] as const)
        await expect(
          run((client) => (client.rawClient as unknown as pg.PoolClient)[method as 'release']()),
        ).rejects.toThrow('not for plugins');
    });
  });

  describe('is kept', () => {
    it.each([
      'begin',
      'BEGIN ISOLATION LEVEL SERIALIZABLE',
      'start transaction',
      'commit',
      'Commit and chain',
      'end',
      'rollback',
      'ROLLBACK AND CHAIN',
      'abort',
      "prepare transaction 'x'",
      '/* set */ -- local\n commit',
      'select 1; commit; insert into app_public.rowgate_test_entries values (1)',
      'set role webuser',
      'set local role webuser',
      'SET SESSION ROLE none',
      'set role none',
      'set "role" to webuser',
      'reset role',
      'reset "role"',
      'reset all',
      'discard all',
      'deallocate all',
      'deallocate prepare all',
      'set session authorization default',
      'set local session authorization default',
      'set session session authorization default',
      'reset session authorization',
    ])('cannot send `%s`', async (text) => {
      for (const send of [
        (client: Client) => client.query({ text }),
        (client: Client) => client.rawClient.query(text),
        (client: Client) => client.withTransaction((tx) => tx.rawClient.query({ text })),
        (client: Client) => askByObject(client, text),
      ]) {
        const work = run(async (client) => {
          await add(client, 8);
          await send(client);
        });
        await expect(work).rejects.toThrow('a statement must not');
      }
      expect(await written()).toEqual([]);
    });

    it.each([
      'savepoint a; rollback to a; release a',
      'rollback to savepoint mine',
      'rollback work to savepoint mine',
      'set local statement_timeout = 1000',
      'set session statement_timeout = 1000',
      'set search_path = app_public',
      'select \'commit\', "id" as begin from app_public.rowgate_test_entries',
      'do $$ begin perform 1; end $$',
      "select case when true then 'set role' end",
      'prepare mine as select 1; deallocate mine',
      'select pg_advisory_lock(1)',
    ])('can send `%s`', async (text) => {
      await run(async (client) => {
        await add(client, 1);
        await client.query({ text: 'savepoint mine' });
        await client.query({ text });
        await add(client, 2);
      });
      expect(await written()).toEqual([1, 2]);
    });

    it.each<[string, string]>([
      ['for the transaction', `select set_config('role', 'webuser', true)`],
      ['for the connection', `select set_config('role', 'webuser', false)`],
      ['by taking it away', `select set_config('role', 'none', true)`],
      ['by a function', `select app_public.become_for_ever('webuser')`],
      ['in a block', `do $$ begin execute 'set role ' || 'webuser'; end $$`],
    ])('cannot commit after a change of the role %s', async (_, text) => {
      const work = run(async (client) => {
        await client.query({ text });
        await add(client, 1);
      });
      await expect(work).rejects.toThrow('has changed the role');
      expect(await written()).toEqual([]);
    });

    it('can be on a connection whose role was set for longer: it is not handed on', async () => {
      await run((client) => client.query({ text: `select app_public.become_for_ever('anonymous')` }));
    });
  });
});
