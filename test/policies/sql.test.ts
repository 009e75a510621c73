import { describe, expect, test } from '@jest/globals';
import type { Relation } from '../../policies/catalogue/types.ts';
import { readActs } from '../../policies/migrations/read-acts.ts';
import { shortExpression } from '../../policies/sql/expression-text.ts';
import { quoteLiteral, quoteName } from '../../policies/sql/quote-name.ts';
import { wrapCalls } from '../../policies/sql/wrap-calls.ts';
import { sqlStatements } from '../../src/sql/statements.ts';
import { sqlTokens } from '../../src/sql/tokens.ts';
import { useTransaction } from './use-transaction.ts';

const session = useTransaction();

describe('a script can be split where', () => {
  test.each([
    [
      'comments hold semicolons',
      '-- a; b\nselect 1; /* c; /* d; */ e; */ select 2',
      ['select 1', 'select 2'],
    ],
    [
      'literals do',
      `select 'a;''b', E'c\\';', U&'d;'; select "e;""f"`,
      [`select 'a;''b', E'c\\';', U&'d;'`, 'select "e;""f"'],
    ],
    [
      'dollar quotes do',
      'do $$ a; b; $$; do $x_1$ $$;$$ $x_1$; select a$b$c',
      ['do $$ a; b; $$', 'do $x_1$ $$;$$ $x_1$', 'select a$b$c'],
    ],
    [
      'a function is written with begin atomic',
      'create function f() returns int begin atomic select case when true then 1 end; select 2; end; select 3',
      [
        'create function f() returns int begin atomic select case when true then 1 end; select 2; end',
        'select 3',
      ],
    ],
    [
      'a rule has statements in parentheses',
      'create rule r as on insert to t do (select 1; select 2); select 3',
      ['create rule r as on insert to t do (select 1; select 2)', 'select 3'],
    ],
    [
      'placeholders stand for names',
      'grant usage on schema a to :DATABASE_VISITOR; select 1::int',
      ['grant usage on schema a to :DATABASE_VISITOR', 'select 1::int'],
    ],
    [
      'psql has commands and data',
      '\\set x 1\ncopy t from stdin;\n1;2\n\\.\nselect 1;',
      ['copy t from stdin', 'select 1'],
    ],
    ['something is left open', `select 'a; select 2`, [`select 'a; select 2`]],
    ['nothing stands', ' ; ; -- nothing', []],
  ])('%s', (_, script, statements) => {
    expect(sqlStatements(script).map(({ start, end }) => script.slice(start, end))).toEqual(statements);
  });
});

test('a token knows its place and kind', () => {
  expect(sqlTokens('Select "A"."b"::Text, $1')).toEqual([
    { kind: 'word', text: 'select', start: 0, end: 6 },
    { kind: 'quoted name', text: '"A"', start: 7, end: 10 },
    { kind: 'sign', text: '.', start: 10, end: 11 },
    { kind: 'quoted name', text: '"b"', start: 11, end: 14 },
    { kind: 'sign', text: '::', start: 14, end: 16 },
    { kind: 'word', text: 'text', start: 16, end: 20 },
    { kind: 'sign', text: ',', start: 20, end: 21 },
    { kind: 'sign', text: '$', start: 22, end: 23 },
    { kind: 'sign', text: '1', start: 23, end: 24 },
  ]);
});

describe('an expression can be shortened without changing what it means:', () => {
  test.each([
    ['(user_id = ( SELECT app.me() AS me))', 'user_id = (select app.me())'],
    ['((a = 1) AND ((b = 2) OR (c = 3)))', 'a = 1 and (b = 2 or c = 3)'],
    ['(x AND ((a OR b)))', 'x and (a or b)'],
    ['((NOT a) AND (NOT (b AND c)))', 'not a and not (b and c)'],
    ["((a)::text = 'AND (b)'::text)", "(a)::text = 'AND (b)'::text"],
    ['(id IN ( SELECT app.mine() AS mine))', 'id in (select app.mine())'],
    ['(id = ANY (ARRAY[1, 2]))', 'id = any (array[1, 2])'],
    ['CASE WHEN (a AND b) THEN (c = 1) ELSE false END', 'case when (a and b) then (c = 1) else false end'],
    [
      '(EXISTS ( SELECT 1\n   FROM app.members m\n  WHERE ((m.org = docs.org) AND (m.who = ( SELECT app.me() AS me)))))',
      'exists (select 1 from app.members m where m.org = docs.org and m.who = (select app.me()))',
    ],
  ])('%s', (printed, short) => {
    expect(shortExpression(printed)).toBe(short);
  });
});

describe('a call can be evaluated once', () => {
  test.each([
    ['(owner_id = app.me())', 'app.me', '(owner_id = (select app.me()))'],
    ['((a = app.me()) OR (b = app.me()))', 'app.me', '((a = (select app.me())) OR (b = (select app.me())))'],
    ['(owner_id = ( SELECT app.me() AS me))', 'app.me', '(owner_id = ( SELECT app.me() AS me))'],
    ["(app.may('read)'::text, 1) AND x)", 'app.may', "((select app.may('read)'::text, 1)) AND x)"],
    ['(id = ANY (app.mine()))', 'app.mine', '(id = ANY (array(select unnest(app.mine()))))'],
    ['(snapp.me() = app.me2())', 'app.me', '(snapp.me() = app.me2())'],
  ])('%s', (expression, name, wrapped) => {
    expect(wrapCalls(expression, name)).toBe(wrapped);
  });
});

describe('quoting', () => {
  test('can name anything as PostgreSQL itself would read it', async () => {
    const { rows } = await session.client.query<{ word: string; quoted: string }>(
      `select word, format('%I', word) as quoted from pg_get_keywords()
       union all select word, format('%I', word) from unnest(array['a b', 'A', 'ä', '1a', 'a"b', 'a_1', '']) as word`,
    );
    for (const { word, quoted } of rows) {
      // Quoting what need not be quoted is harmless: newer versions reserve more.
      expect([quoted, `"${word.replaceAll('"', '""')}"`]).toContain(quoteName(word));
      if (quoted.startsWith('"')) expect(quoteName(word)).toBe(quoted);
    }
  });

  test.each(["it's", 'back\\slash', "both\\' of them", ''])('can write %j as a literal', async (text) => {
    const { rows } = await session.client.query(`select ${quoteLiteral(text)} as text`);
    expect(rows).toEqual([{ text }]);
  });
});

describe('what migrations do', () => {
  const relations = ['app.notes', 'app."Odd Name"', 'other.tasks'].map((name) => {
    const [schema, own] = name.split('.') as [string, string];
    return { name, schema, ownName: own.replaceAll('"', '') } as Relation;
  });
  const acts = (sql: string) =>
    readActs([{ file: 'a.sql', text: sql }], relations).map(
      ({ file, start, end, next, text, ...act }) => act,
    );

  test('can be read from statements in any style', () => {
    expect(
      acts(`CREATE TABLE IF NOT EXISTS app.notes (id int);
        alter table only "app"."notes" add column x int, enable row level security;
        create policy "My Own" on notes as restrictive for update to webuser, "Other Role" using (true);
        create policy open on app."Odd Name" using (true);
        grant select, insert (id, x), update on table app.notes, other.tasks to webuser with grant option;`),
    ).toEqual([
      { kind: 'create table', table: 'app.notes', line: 1 },
      { kind: 'enable rls', table: 'app.notes', line: 2 },
      {
        kind: 'create policy',
        table: 'app.notes',
        policy: 'My Own',
        command: 'update',
        roles: ['webuser', 'Other Role'],
        isPermissive: false,
        line: 3,
      },
      {
        kind: 'create policy',
        table: 'app."Odd Name"',
        policy: 'open',
        command: 'all',
        roles: ['public'],
        isPermissive: true,
        line: 4,
      },
      {
        kind: 'grant',
        table: 'app.notes',
        privileges: ['select', 'insert', 'update'],
        roles: ['webuser'],
        line: 5,
      },
      {
        kind: 'grant',
        table: 'other.tasks',
        privileges: ['select', 'insert', 'update'],
        roles: ['webuser'],
        line: 5,
      },
    ]);
  });

  test('to all tables of a schema concern those that exist by then', () => {
    const grants =
      acts(`create table app.notes (); create table app."Odd Name" (); create table other.tasks ();
      drop table app."Odd Name"; grant all privileges on all tables in schema app, other to webuser;`);
    expect(grants.filter(({ kind }) => kind === 'grant').map(({ table }) => table)).toEqual([
      'app.notes',
      'other.tasks',
    ]);
  });

  test('to other things than tables are no matter', () => {
    expect(
      acts(`grant execute on function notes() to webuser; grant usage on schema app to webuser; grant webuser to webadmin;
        grant all on sequence notes to webuser; alter table app.notes disable row level security; grant select on gone to x;`),
    ).toEqual([]);
  });
});
