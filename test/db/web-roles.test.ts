import { beforeEach, describe, expect, it } from '@jest/globals';
import { type Actor, expectDenied, expectInvisible, type User, useDatabase } from '../helpers/actors.ts';
import { reachOfOwnTables } from '../helpers/own-tables.ts';
import { reachOf } from '../helpers/reach-of.ts';

const ANONYMOUS = [
  'function app_hidden.identity_key(text)',
  'function app_hidden.issue_tokens(text,text)',
  'function app_hidden.refresh_tokens(text)',
  'function app_hidden.request_metadata(text)',
  'function app_public."current_user"()',
  'function app_public.current_session()',
  'function app_public.current_session_id()',
  'function app_public.current_user_id()',
  'function app_public.forgot_password(text)',
  'function app_public.login(text,text)',
  'function app_public.logout()',
  'function app_public.register(text,text,text,text)',
  'function app_public.reset_password(text,text)',
  'function app_public.user_by_username(text)',
  'functions of extension citext',
  'functions of extension pgcrypto',
  'schema app_hidden: usage',
  'schema app_public: usage',
  'schema public: usage',
  'table app_public.sessions: select',
  'table app_public.users: select',
  ...reachOfOwnTables('anonymous'),
];
const WEBUSER = [
  ...ANONYMOUS.filter((line) => line !== 'table app_public.sessions: select'),
  'columns app_public.user_emails (email): insert',
  'columns app_public.users (avatar_url, name, username): update',
  'function app_hidden.is_email_address(text)',
  'function app_public.change_password(text,text)',
  'function app_public.confirm_account_deletion(text)',
  'function app_public.create_access_token(text,timestamp with time zone,app_public.token_scope[])',
  'function app_public.end_other_sessions()',
  'function app_public.make_email_primary(uuid)',
  'function app_public.reauthenticate(text)',
  'function app_public.request_account_deletion(text)',
  'function app_public.resend_email_verification(uuid)',
  'function app_public.verify_email(text)',
  'table app_public.audit_events: select',
  'table app_public.sessions: delete, select',
  'table app_public.user_accounts: select',
  'table app_public.user_emails: delete, select',
  ...reachOfOwnTables('webuser'),
];
const WEBADMIN = [
  ...WEBUSER,
  'function app_hidden.is_administrator()',
  'function app_public.end_sessions_of_user(uuid)',
  'function app_public.reinstate_user(uuid)',
  'function app_public.set_user_role(uuid,app_public.user_role)',
  'function app_public.suspend_user(uuid,text)',
  ...reachOfOwnTables('webadmin'),
];

describe('the roles of requests', () => {
  const db = useDatabase();

  it.each([
    ['anonymous', ANONYMOUS],
    ['webuser', WEBUSER],
    ['webadmin', WEBADMIN],
  ])('%s can reach exactly what is listed', async (role, reach) => {
    expect(await reachOf(role, db.owner)).toEqual([...reach].sort());
  });

  it('have no power of their own, and only webadmin is a member of another', async () => {
    const { rows } = await db.owner.query(
      `select rolname, rolcanlogin or rolsuper or rolcreaterole or rolcreatedb or rolreplication or rolbypassrls as power,
         array(select roleid::regrole::text from pg_auth_members where member = pg_roles.oid) as member_of
       from pg_roles where rolname in ('anonymous', 'webuser', 'webadmin') order by rolname`,
    );
    expect(rows).toEqual([
      { rolname: 'anonymous', power: false, member_of: [] },
      { rolname: 'webadmin', power: false, member_of: ['webuser'] },
      { rolname: 'webuser', power: false, member_of: [] },
    ]);
  });

  describe('in app_private', () => {
    let actors: Actor[];
    let ada: User;
    beforeEach(async () => {
      ada = await db.createUser();
      actors = [ada, db.anonymous, await db.createAdministrator()];
    });
    const tables = async () =>
      (
        await db.owner.query<{ name: string }>(
          `select oid::regclass::text as name from pg_class
           where relnamespace = 'app_private'::regnamespace and relkind = 'r' order by name`,
        )
      ).rows.map(({ name }) => name);

    it('cannot read or write any table', async () => {
      const all = await tables();
      expect(all).toContain('app_private.user_secrets');
      for (const actor of actors)
        for (const table of all) {
          await expectDenied(actor.query(`select from ${table}`));
          await expectDenied(actor.query(`insert into ${table} default values`));
          await expectDenied(actor.query(`delete from ${table}`));
          await expectDenied(actor.query(`truncate ${table}`));
        }
    });

    it('cannot see a row of any table, even where grants would let them', async () => {
      await db.owner.query('grant usage on schema app_private to anonymous, webuser, webadmin');
      await db.owner.query('grant all on all tables in schema app_private to anonymous, webuser, webadmin');
      for (const table of await tables()) {
        const { rowCount } = await db.owner.query(`select from ${table} limit 1`);
        if (rowCount === 0) await db.insertRow(table);
        for (const actor of actors) await expectInvisible(actor.query(`select from ${table}`));
      }
    });

    it('cannot call any function', async () => {
      const { rows } = await db.owner.query<{ call: string }>(
        `select format('%s(%s)', oid::regproc,
           array_to_string(array(select 'null::' || format_type(t, null) from unnest(proargtypes) t), ', ')) as call
         from pg_proc where pronamespace = 'app_private'::regnamespace`,
      );
      expect(rows.length).toBeGreaterThan(10);
      for (const actor of actors)
        for (const { call } of rows) await expectDenied(actor.query(`select ${call}`));
    });
  });

  describe('new objects of a migration', () => {
    it('cannot be reached before something is granted', async () => {
      await db.owner.query('create table app_public.rowgate_test_novelties (id serial primary key)');
      await db.owner.query(
        'create function app_public.rowgate_test_novelty() returns int language sql return 1',
      );
      const administrator = await db.createAdministrator();
      for (const actor of [administrator, db.anonymous, db.authenticator]) {
        await expectDenied(actor.query('select from app_public.rowgate_test_novelties'));
        await expectDenied(actor.query('select app_public.rowgate_test_novelty()'));
        await expectDenied(actor.query(`select nextval('app_public.rowgate_test_novelties_id_seq')`));
      }
    });

    it.each(['app_public', 'app_hidden', 'app_private', 'public'])(
      'cannot be made by a request in %s',
      async (schema) => {
        const administrator = await db.createAdministrator();
        for (const actor of [administrator, db.anonymous])
          await expectDenied(actor.query(`create table ${schema}.mine ()`));
      },
    );

    it('cannot be made by a request in a schema of its own, or a temporary one', async () => {
      const administrator = await db.createAdministrator();
      for (const actor of [administrator, db.anonymous]) {
        await expectDenied(actor.query('create schema mine'));
        await expectDenied(actor.query('create temporary table mine ()'));
      }
    });
  });
});
