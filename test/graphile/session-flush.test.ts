import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { flushSession } from '../../src/graphile/session-flush.ts';
import type { Resolved } from '../../src/graphile/session-prologue.ts';
import { createTestDatabase, type TestDatabase } from '../helpers/test-database.ts';

describe('flushSession', () => {
  let database: TestDatabase;
  let owner: pg.Client;
  let pool: pg.Pool;
  beforeAll(async () => {
    database = await createTestDatabase();
    owner = new pg.Client(database.owner);
    await owner.connect();
    await owner.query(`
      create table app_public.rowgate_test_numbers (id integer primary key, n integer not null);
      insert into app_public.rowgate_test_numbers values (1, 1);
      grant select, update on app_public.rowgate_test_numbers to anonymous;
      create table app_public.rowgate_test_twins (
        id integer primary key,
        twin_id integer not null references app_public.rowgate_test_numbers (id) deferrable initially deferred
      );
      grant insert on app_public.rowgate_test_twins to anonymous;
    `);
  });
  afterAll(async () => {
    await owner.end();
    await database.drop();
  });

  /** Runs on a connection of its own, whose statements nobody else has prepared. */
  async function onConnection(
    work: (
      run: (text: string, options?: Options) => Promise<unknown[]>,
      client: pg.PoolClient,
    ) => Promise<void>,
  ): Promise<void> {
    pool = new pg.Pool({ connectionString: database.authenticator, max: 1, pipeline: true } as pg.PoolConfig);
    const client = await pool.connect();
    const run = async (
      text: string,
      { name, sessionId, isReadOnly = false, onSessionResolved }: Options = {},
    ) => {
      const { rows } = await flushSession(
        client,
        { text, name, values: [], arrayMode: true },
        {
          settings: { 'app.session_id': sessionId, 'app.request': '{}' },
          isReadOnly,
          preparesStatements: true,
          onSessionResolved: onSessionResolved ?? (() => {}),
        },
      );
      return rows.flat() as unknown[];
    };
    try {
      await work(run, client);
    } finally {
      client.release();
      await pool.end();
    }
  }
  type Options = {
    name?: string;
    sessionId?: string;
    isReadOnly?: boolean;
    onSessionResolved?: (resolved: Resolved) => void;
  };

  it('runs the work as whoever the session is, and leaves nothing of it on the connection', async () => {
    await onConnection(async (run, client) => {
      const resolved: Resolved[] = [];
      const onSessionResolved = (found: Resolved) => resolved.push(found);
      expect(await run('select current_user::text', { onSessionResolved })).toEqual(['anonymous']);
      expect(resolved).toEqual([{ role: 'anonymous', userId: '' }]);
      const { rows } = await client.query(
        `select current_user = session_user as is_nobody, current_setting('app.request', true) as request`,
      );
      expect(rows).toEqual([{ is_nobody: true, request: '' }]);
    });
  });

  it('commits at its end, all or nothing', async () => {
    await onConnection(async (run) => {
      await run('update app_public.rowgate_test_numbers set n = 2 where id = 1');
      expect((await owner.query('select n from app_public.rowgate_test_numbers')).rows).toEqual([{ n: 2 }]);
      await expect(
        run('update app_public.rowgate_test_numbers set n = 3 where 1 / (n - 2) = 1'),
      ).rejects.toMatchObject({
        code: '22012',
      });
      expect(await run('select n from app_public.rowgate_test_numbers')).toEqual([2]);
    });
  });

  it('reports what is only found at the commit', async () => {
    await onConnection(async (run) => {
      await expect(run('insert into app_public.rowgate_test_twins values (1, 99)')).rejects.toMatchObject({
        code: '23503',
      });
      expect((await owner.query('select * from app_public.rowgate_test_twins')).rows).toEqual([]);
    });
  });

  it('cannot write when it is read-only', async () => {
    await onConnection(async (run) => {
      const write = run('update app_public.rowgate_test_numbers set n = 9', { isReadOnly: true });
      await expect(write).rejects.toMatchObject({ code: '25006' });
      const widen = run(`select set_config('transaction_read_only', 'off', true)`, { isReadOnly: true });
      await expect(widen).rejects.toMatchObject({ code: '25001' });
    });
  });

  it('does nothing for an unknown session', async () => {
    await onConnection(async (run) => {
      const sessionId = '00000000-0000-4000-8000-000000000000';
      await expect(
        run('update app_public.rowgate_test_numbers set n = 9', { sessionId }),
      ).rejects.toMatchObject({
        code: 'RG000',
      });
      expect(await run('select n from app_public.rowgate_test_numbers')).toEqual([2]);
    });
  });

  it('prepares a statement once, and again after it did not fit', async () => {
    await onConnection(async (run, client) => {
      const select = () => run('select n from app_public.rowgate_test_numbers', { name: 'numbers' });
      for (const _ of [1, 2]) expect(await select()).toEqual([2]);
      expect(await preparedNames(client)).toEqual(['numbers', 'rowgate_prologue']);

      await owner.query('alter table app_public.rowgate_test_numbers alter n type bigint');
      await expect(select()).rejects.toMatchObject({ code: '0A000' });
      for (const _ of [1, 2]) expect(await select()).toEqual(['2']);

      const missing = () => run('select n from app_public.rowgate_test_later', { name: 'later' });
      for (const _ of [1, 2]) await expect(missing()).rejects.toMatchObject({ code: '42P01' });
      await owner.query(
        'create view app_public.rowgate_test_later as select 7 as n; grant select on app_public.rowgate_test_later to anonymous',
      );
      for (const _ of [1, 2]) expect(await missing()).toEqual([7]);
    });
  });

  it('lets a connection forget the statements that were used longest ago', async () => {
    await onConnection(async (run, client) => {
      for (let n = 0; n < 205; n += 1) await run(`select ${n}`, { name: `n${n}` });
      const names = await preparedNames(client);
      expect(names).toHaveLength(201);
      expect(names).not.toContain('n4');
      expect(await run('select 4', { name: 'n4' })).toEqual([4]);
    });
  });

  it('lets a connection keep only so much text of statements, those that were used last', async () => {
    await onConnection(async (run, client) => {
      const text = (n: number) => `select ${n} ${' '.repeat(20_000)}`;
      // Of this length they are kept when they are sent again.
      for (let n = 0; n < 20; n += 1) for (const _ of [1, 2]) await run(text(n), { name: `long${n}` });
      const names = await preparedNames(client);
      expect(names.filter((name) => name.startsWith('long'))).toHaveLength(12);
      for (const n of [0, 19]) expect(await run(text(n), { name: `long${n}` })).toEqual([n]);
    });
  });

  it('does not keep what is sent once, if it is long, and never what is very long', async () => {
    await onConnection(async (run, client) => {
      for (let n = 0; n < 20; n += 1) await run(`select ${n} ${' '.repeat(3_000)}`, { name: `once${n}` });
      for (const _ of [1, 2, 3])
        expect(await run(`select 1 ${' '.repeat(30_000)}`, { name: 'huge' })).toEqual([1]);
      expect(await preparedNames(client)).toEqual(['rowgate_prologue']);
    });
  });
});

async function preparedNames(client: pg.PoolClient): Promise<string[]> {
  const { rows } = await client.query('select name from pg_prepared_statements order by name');
  return rows.map(({ name }) => name);
}
