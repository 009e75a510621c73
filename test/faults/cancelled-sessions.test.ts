import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import type { NodePostgresPgClient } from 'postgraphile/adaptors/pg';
import { BusyClients } from '../../src/database/busy-clients.ts';
import { makeWithPgClient } from '../../src/graphile/pg-adaptor.ts';
import { makeLogger } from '../../src/logger.ts';
import { makePools, type Pools } from '../../src/pools.ts';
import { testConfig } from '../helpers/test-config.ts';
import { createTestDatabase, type TestDatabase } from '../helpers/test-database.ts';

/** `CANCELLED_REQUESTS=20000 npm run test:faults -- cancelled-sessions` looks longer. */
const REQUESTS = Number(process.env.CANCELLED_REQUESTS ?? 2_000);
const CLIENTS = 10;
const CANCELLERS = 2;

/** Sequences keep what a rollback would hide. */
const WITNESS = `
  create sequence app_private.with_prologue;
  create sequence app_private.without_prologue;
  create function app_public.witness() returns text language plpgsql volatile security definer as $$
  begin
    if current_setting('role') = 'anonymous' and current_setting('app.request', true) = '{"by":"test"}'
    then perform nextval('app_private.with_prologue');
    else perform nextval('app_private.without_prologue');
    end if;
    -- So that a backend is busy for as long as it is idle.
    perform pg_sleep(0.001);
    return current_setting('role');
  end $$;
  grant execute on function app_public.witness to public;
`;
const ASK = 'select app_public.witness() as role';

/** A quarter of a second in which half of the server's backends are cancelled every 0.2 ms or so. */
const CANCEL = `do $$
  declare
    pids integer[] := (select array_agg(pid) from pg_stat_activity
      where datname = current_database() and application_name = 'rowgate-data');
  begin
    for round in 1..500 loop
      perform pg_cancel_backend(pid) from unnest(pids) pid where random() < 0.5;
      perform pg_sleep(0.0002);
    end loop;
  end $$`;

type Client = NodePostgresPgClient;
const SHAPES: ((client: Client) => Promise<unknown>)[] = [
  (client) => client.query({ text: ASK }),
  (client) => client.rawClient.query(ASK),
  (client) => Promise.all([client.query({ text: ASK }), client.query({ text: ASK, arrayMode: true })]),
  (client) =>
    Promise.all([client.rawClient.query(ASK), client.rawClient.query(ASK), client.query({ text: ASK })]),
  (client) => client.withTransaction((tx) => Promise.all([tx.query({ text: ASK }), tx.rawClient.query(ASK)])),
  async (client) => {
    for (let attempt = 0; attempt < 3; attempt++)
      await client.withTransaction((tx) => tx.query({ text: ASK })).catch(() => {});
  },
  async (client) => {
    for (let attempt = 0; attempt < 3; attempt++) await client.query({ text: ASK }).catch(() => {});
  },
  async (client) => {
    // Not awaited.
    for (let attempt = 0; attempt < 3; attempt++) client.query({ text: ASK });
  },
];

describe('requests whose statements are cancelled at any moment', () => {
  let database: TestDatabase;
  let root: pg.Pool;
  let pools: Pools;
  beforeAll(async () => {
    database = await createTestDatabase();
    root = new pg.Pool({ connectionString: database.root, max: CANCELLERS + 1 });
    await root.query(WITNESS);
    pools = makePools(database.authenticator, makeLogger(testConfig()));
  });
  afterAll(async () => {
    await pools.end();
    await root.end();
    await database.drop();
  });

  it(`cannot run a statement without the prologue, 0 of ${REQUESTS}`, async () => {
    let begun = 0;
    let isDone = false;
    const outcomes = { done: 0, failed: 0 };
    const roles = new Set<string>();

    const request = async () => {
      const withPgClient = makeWithPgClient({
        pool: pools.data,
        primary: undefined,
        isReadOnly: false,
        preparesStatements: true,
        busy: new BusyClients(),
        span: undefined,
        onSessionResolved: ({ role }) => void roles.add(role),
        onSessionRefused: () => {},
        onWritten: () => {},
      });
      const settings = { 'app.session_id': undefined, 'app.request': '{"by":"test"}' };
      const shape = begun++ % (SHAPES.length + 1);
      const work = SHAPES[shape]
        ? withPgClient(settings, SHAPES[shape])
        : withPgClient.single(settings, (client) =>
            client.query({ text: ASK, arrayMode: true, name: 'ask' }),
          );
      await work.then(
        () => outcomes.done++,
        () => outcomes.failed++,
      );
    };
    const client = async () => {
      while (begun < REQUESTS) await request();
    };
    const canceller = async () => {
      while (!isDone) await root.query(CANCEL);
    };

    const cancellers = Array.from({ length: CANCELLERS }, canceller);
    await Promise.all(Array.from({ length: CLIENTS }, client));
    isDone = true;
    await Promise.all(cancellers);

    const count = async (sequence: string) => {
      const { rows } = await root.query(
        `select case when is_called then last_value else 0 end::int as n from app_private.${sequence}`,
      );
      return rows[0].n as number;
    };
    expect(await count('without_prologue')).toBe(0);
    expect([...roles]).toEqual(['anonymous']);
    // Both happen, or nothing was tried.
    expect(await count('with_prologue')).toBeGreaterThan(REQUESTS / 2);
    expect(outcomes.failed).toBeGreaterThan(REQUESTS / 100);
    expect(outcomes.done + outcomes.failed).toBeGreaterThanOrEqual(REQUESTS);
    // No connection was given back in a transaction, or with a role.
    const states = await Promise.all(
      Array.from({ length: CLIENTS }, () =>
        pools.data.query(`select current_setting('role') as role, now() = statement_timestamp() as is_alone`),
      ),
    );
    for (const { rows } of states) expect(rows).toEqual([{ role: 'none', is_alone: true }]);
  }, 600_000);
});
