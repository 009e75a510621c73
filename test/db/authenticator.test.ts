import { describe, expect, it } from '@jest/globals';
import { expectDenied, expectInvisible, useDatabase } from '../helpers/actors.ts';
import { reachOf } from '../helpers/reach-of.ts';

describe('authenticator, before a session gives it a role', () => {
  const db = useDatabase();

  it('can reach exactly this', async () => {
    expect(await reachOf('authenticator', db.owner)).toEqual([
      'columns app_private.cookie_sessions (expire, sess): update',
      'columns app_private.cookie_sessions (expire, sess, sid): insert',
      'columns app_private.rate_limits (expire, key, points): insert',
      'columns app_private.rate_limits (expire, points): update',
      'database: connect',
      'function app_private.find_personal_token(text)',
      'function app_private.list_signing_keys()',
      'function app_private.resolve_session(uuid)',
      'function app_private.touch_session(uuid)',
      'functions of extension citext',
      'functions of extension pgcrypto',
      'schema app_hidden: usage',
      'schema app_private: usage',
      'schema app_public: usage',
      'schema public: usage',
      'table app_private.cookie_sessions: delete, select',
      'table app_private.rate_limits: delete, select',
    ]);
  });

  it('owns nothing', async () => {
    await expectInvisible(
      db.owner.query(
        `select from pg_shdepend
         where refclassid = 'pg_authid'::regclass and refobjid = 'authenticator'::regrole and deptype = 'o'
           and dbid in (0, (select oid from pg_database where datname = current_database()))`,
      ),
    );
  });

  it('has no power of its own, and no right of the roles that it may take', async () => {
    const { rows } = await db.owner.query(
      `select rolcanlogin, rolsuper, rolinherit, rolcreaterole, rolcreatedb, rolreplication, rolbypassrls
       from pg_roles where rolname = 'authenticator'`,
    );
    expect(rows).toEqual([
      {
        rolcanlogin: true,
        rolsuper: false,
        rolinherit: false,
        rolcreaterole: false,
        rolcreatedb: false,
        rolreplication: false,
        rolbypassrls: false,
      },
    ]);
  });

  it('can take the three web roles, and cannot take any other', async () => {
    const { rows } = await db.owner.query(
      `select rolname from pg_roles where pg_has_role('authenticator', oid, 'member') order by rolname`,
    );
    expect(rows.map(({ rolname }) => rolname)).toEqual(['anonymous', 'authenticator', 'webadmin', 'webuser']);
    for (const role of ['rowgate_test_owner', 'pg_read_all_data', 'pg_signal_backend'])
      await expectDenied(db.authenticator.query(`set local role ${role}`));
  });

  it('cannot hold the database up', async () => {
    const limits = await db.owner.value<string[]>(
      `select rolconfig from pg_roles where rolname = 'authenticator'`,
    );
    expect(limits).toEqual(
      expect.arrayContaining([
        'statement_timeout=5s',
        'lock_timeout=2s',
        'idle_in_transaction_session_timeout=10s',
      ]),
    );
  });

  it.each([
    'create schema mine',
    'create temporary table mine ()',
    'create table public.mine ()',
    'create table app_public.mine ()',
    'create table app_private.mine ()',
    'create function app_hidden.mine() returns int language sql return 1',
    'create role mine',
    'alter table app_private.cookie_sessions disable row level security',
  ])('cannot %s', async (statement) => {
    await expectDenied(db.authenticator.query(statement));
  });

  it.each([
    'app_public.users',
    'app_public.user_accounts',
    'app_public.user_emails',
    'app_public.sessions',
    'app_private.user_secrets',
    'app_private.session_secrets',
    'app_private.login_attempts',
    'app_private.common_passwords',
    'app_private.settings',
    'graphile_migrate.migrations',
    'graphile_worker._private_jobs',
  ])('cannot read %s', async (table) => {
    await expectDenied(db.authenticator.query(`select from ${table}`));
  });
});
