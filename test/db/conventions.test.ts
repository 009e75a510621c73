import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { useDatabase } from '../helpers/actors.ts';

const SCHEMAS = `('app_public', 'app_hidden', 'app_private')`;
const TABLES = `(
  select c.oid, c.relrowsecurity, c.relacl, c.relowner, n.nspname from pg_class c
  join pg_namespace n on n.oid = c.relnamespace and n.nspname in ${SCHEMAS} where c.relkind in ('r', 'p')
) t`;
const FUNCTIONS = `(
  select p.*, p.oid::regprocedure::text as name from pg_proc p
  join pg_namespace n on n.oid = p.pronamespace and n.nspname in ${SCHEMAS}
) f`;
const POLICIES = `(
  select p.*, polrelid::regclass || '.' || polname as name,
    coalesce(pg_get_expr(polqual, polrelid), '') || ' ' || coalesce(pg_get_expr(polwithcheck, polrelid), '') as expressions
  from pg_policy p join ${TABLES} on t.oid = polrelid
) p`;
const CLIENTS = `(values ('public'), ('authenticator'), ('anonymous'), ('webuser'), ('webadmin')) clients (client)`;

/** A function to break a rule with. */
const offender = (properties: string, parameters = '') =>
  `create function app_public.rowgate_test_offender(${parameters}) returns int ${properties} as 'select 1';
   comment on function app_public.rowgate_test_offender is 'Breaks a rule.'`;
const OFFENDER = expect.stringMatching(/^app_public\.rowgate_test_offender/);

/** What the catalogue can tell of the rules: who breaks one, and a migration that would be found out. */
const RULES: { rule: string; broken: string; by: string; found: unknown[] }[] = [
  {
    rule: 'every table has row-level security',
    broken: `select oid::regclass::text from ${TABLES} where not relrowsecurity`,
    by: 'create table app_public.rowgate_test_offender (); alter table app_private.settings disable row level security',
    found: ['app_private.settings', OFFENDER],
  },
  {
    rule: 'every table that requests may reach has a policy',
    broken: `select oid::regclass::text from ${TABLES}
      where nspname <> 'app_private' and not exists (select from pg_policy where polrelid = t.oid)`,
    by: 'create table app_public.rowgate_test_offender (); alter table app_public.rowgate_test_offender enable row level security',
    found: [OFFENDER],
  },
  {
    rule: 'no policy is for public',
    broken: `select name from ${POLICIES} where 0 = any (polroles)`,
    by: 'alter policy select_own on app_public.sessions to public',
    found: ['app_public.sessions.select_own'],
  },
  {
    rule: 'every policy that lets rows be written states what may be written',
    broken: `select name from ${POLICIES} where polcmd in ('a', 'w', '*') and polwithcheck is null`,
    by: 'create policy offender on app_public.users for update to webuser using (false)',
    found: ['app_public.users.offender'],
  },
  {
    rule: 'what a policy calls is inlined, or asked once in a sub-select',
    broken: `select p.name from ${POLICIES}, ${FUNCTIONS}
      where exists (
        select from pg_depend d
        where d.classid = 'pg_policy'::regclass and d.objid = p.oid
          and d.refclassid = 'pg_proc'::regclass and d.refobjid = f.oid
      )
      and (f.prosecdef or f.proconfig is not null or f.provolatile = 'v' or f.prolang <> (select oid from pg_language where lanname = 'sql'))
      and expressions ~ ('(?<!SELECT )' || f.oid::regproc || '\\(')`,
    by: 'alter policy select_as_administrator on app_public.sessions using (app_hidden.is_administrator())',
    found: ['app_public.sessions.select_as_administrator'],
  },
  {
    rule: 'no grant of select lists columns',
    broken: `select distinct attrelid::regclass || '.' || attname from pg_attribute
      join ${TABLES} on t.oid = attrelid, aclexplode(attacl) where privilege_type = 'SELECT'`,
    by: 'grant select (username) on app_public.users to anonymous',
    found: ['app_public.users.username'],
  },
  {
    rule: 'every grant of insert and update lists columns',
    broken: `select t.oid::regclass || ' to ' || grantee::regrole from ${TABLES}, aclexplode(relacl)
      where privilege_type in ('INSERT', 'UPDATE') and grantee <> relowner`,
    by: 'grant insert on app_public.users to webuser; grant update on app_private.settings to public',
    found: ['app_private.settings to -', 'app_public.users to webuser'],
  },
  {
    rule: 'a definer function has a fixed search_path that ends in pg_temp',
    broken: `select name from ${FUNCTIONS} where prosecdef
      and not exists (select from unnest(proconfig) setting where setting ~ '^search_path=.*, pg_temp$')`,
    by: offender('language sql security definer set search_path = pg_temp, public'),
    found: [OFFENDER],
  },
  {
    rule: 'no client may create in a schema of a function’s search_path',
    broken: `select distinct name from ${FUNCTIONS}, unnest(proconfig) setting,
        regexp_split_to_table(substr(setting, 13), ', ') schema, ${CLIENTS}
      where setting ~ '^search_path=' and schema <> 'pg_temp' and has_schema_privilege(client, schema, 'create')`,
    by: `create schema open_to_all; grant create on schema open_to_all to public;
      ${offender('language sql set search_path = pg_catalog, open_to_all, pg_temp')}`,
    found: [OFFENDER],
  },
  {
    rule: 'no function is executable by public',
    broken: `select name from ${FUNCTIONS}, aclexplode(coalesce(proacl, acldefault('f', proowner))) where grantee = 0`,
    by: 'grant execute on function app_public.login to public',
    found: ['app_public.login(text,text)'],
  },
  {
    rule: 'every foreign key says what happens on delete',
    broken: `select conname from pg_constraint join ${TABLES} on t.oid = conrelid
      where contype = 'f' and confdeltype = 'a'`,
    by: `create table app_public.rowgate_test_offender (user_id uuid constraint offender_fkey references app_public.users)`,
    found: ['offender_fkey'],
  },
  {
    rule: 'every foreign key has an index that starts with its columns',
    broken: `select conname from pg_constraint join ${TABLES} on t.oid = conrelid
      where contype = 'f' and not exists (
        select from pg_index
        where indrelid = conrelid and indpred is null and indisvalid
          and (indkey::int2[])[0 : cardinality(conkey) - 1] @> conkey
      )`,
    by: `create table app_public.rowgate_test_offender (
      user_id uuid constraint offender_fkey references app_public.users on delete cascade, other int, primary key (other, user_id))`,
    found: ['offender_fkey'],
  },
  {
    rule: 'a strict function has no optional argument',
    broken: `select name from ${FUNCTIONS} where proisstrict and pronargdefaults > 0`,
    by: offender('language sql strict', 'a int, b int default 1'),
    found: [OFFENDER],
  },
  {
    rule: 'functions are written in sql or plpgsql',
    broken: `select name from ${FUNCTIONS} join pg_language l on l.oid = prolang where lanname not in ('sql', 'plpgsql')`,
    by: `create function app_public.rowgate_test_offender() returns int language internal as 'pg_backend_pid'`,
    found: [OFFENDER],
  },
  {
    rule: 'every table and every function says what it is',
    broken: `select oid::regclass::text from ${TABLES} where obj_description(oid, 'pg_class') is null
      union all select name from ${FUNCTIONS} where obj_description(oid, 'pg_proc') is null`,
    by: 'create table app_public.rowgate_test_offender (); comment on function app_public.login is null',
    found: ['app_public.login(text,text)', OFFENDER],
  },
];

describe('the conventions of the schema', () => {
  const db = useDatabase();
  // With nothing in it, names are written with their schema.
  beforeEach(() => db.owner.query(`set local search_path to ''`));
  const namesOf = (query: string) => db.owner.value(`select array(${query} order by 1)::text[]`);

  describe.each(RULES)('$rule', ({ broken, by, found }) => {
    it('holds', async () => {
      expect(await namesOf(broken)).toEqual([]);
    });

    it('cannot be broken unseen', async () => {
      await db.root.query(by);
      expect(await namesOf(broken)).toEqual(found);
    });
  });

  it('every function states whether it is immutable, stable or volatile', async () => {
    const folder = fileURLToPath(new URL('../../migrations/fixtures/functions/', import.meta.url));
    const files = await readdir(folder);
    expect(files.length).toBeGreaterThan(20);
    for (const file of files) {
      const source = await readFile(`${folder}${file}`, 'utf8');
      const heads = source.match(/^create or replace function [^$]*/gm) ?? [];
      expect([file, heads.length > 0]).toEqual([file, true]);
      for (const head of heads) expect(head).toMatch(/\b(immutable|stable|volatile)\b/);
    }
  });
});
