import { describe, expect, test } from '@jest/globals';
import { normaliseStatement } from '../../src/database/schema-dump/normalise-statement.ts';
import { normaliseViewQuery } from '../../src/database/schema-dump/normalise-view-query.ts';

/** What PostgreSQL 15 prints, and what 18 prints of the same object. A run of the tests meets only one of them. */
const views = [
  {
    what: 'one table',
    from15: ' SELECT m.id,\n    upper(m.name) AS shout\n   FROM a.members m\n  WHERE (m.mood <> m."No");',
    from18: ' SELECT id,\n    upper(name) AS shout\n   FROM a.members m\n  WHERE (mood <> "No");',
  },
  {
    what: 'a table in a schema of the same name, with functions and types of it',
    from15: ' SELECT a.id,\n    a.f(a.id) AS f,\n    (a.x)::a.x AS x,\n    a.*::a.a AS a\n   FROM a.a;',
    from18: ' SELECT id,\n    a.f(id) AS f,\n    (x)::a.x AS x,\n    a.*::a.a AS a\n   FROM a.a;',
  },
  {
    what: 'subqueries, which keep the name',
    from15:
      ' SELECT o.id\n   FROM a.o\n  WHERE (o.id IN ( SELECT m.o\n           FROM a.m\n          WHERE (m.x = o.x)));',
    from18:
      ' SELECT id\n   FROM a.o\n  WHERE (id IN ( SELECT m.o\n           FROM a.m\n          WHERE (m.x = o.x)));',
  },
  {
    what: 'a sort by a column whose name an output bears',
    from15: ' SELECT lower(b.label) AS label\n   FROM a.b\n  ORDER BY b.label, (lower(b.label)), b.id;',
    from18: ' SELECT lower(label) AS label\n   FROM a.b\n  ORDER BY b.label, (lower(label)), id;',
  },
  {
    what: 'a subquery or function in the place of a table',
    from15: " SELECT x.a,\n    'x.a'::text AS t\n   FROM ( SELECT b.a\n           FROM a.b) x(a);",
    from18: " SELECT a,\n    'x.a'::text AS t\n   FROM ( SELECT b.a\n           FROM a.b) x(a);",
  },
];

const sameOnBoth = [
  { what: 'a join', query: ' SELECT o.id\n   FROM (a.o\n     JOIN a.m ON ((m.o = o.id)));' },
  { what: 'a list of tables', query: ' SELECT o.id\n   FROM a.o,\n    a.m;' },
  { what: 'a union', query: ' SELECT o.id\n   FROM a.o\nUNION\n SELECT m.id\n   FROM a.m;' },
  { what: 'no table', query: ' SELECT 1 AS one;' },
];

const statements = [
  {
    what: 'a name that became a key word',
    from15: `create table a.b (\n  json json,\n  "Odd" text default '"json"'::text\n);`,
    from18: `create table a.b (\n  "json" json,\n  "Odd" text default '"json"'::text\n);`,
  },
  {
    what: 'the target of an update',
    from15: 'BEGIN ATOMIC\n UPDATE ONLY a.b AS x SET id = 1;\n DELETE FROM a."B" AS "Y";\nEND;',
    from18: 'BEGIN ATOMIC\n UPDATE ONLY a.b x SET id = 1;\n DELETE FROM a."B" "Y";\nEND;',
  },
  {
    what: 'the body of a function',
    from15: 'AS $f$ UPDATE a.b AS x SET "json" = $$"json"$$ $f$;',
    from18: 'AS $f$ UPDATE a.b AS x SET "json" = $$"json"$$ $f$;',
  },
];

describe('PostgreSQL 15 and 18 give the same dump of', () => {
  test.each(views)('a view of $what', ({ from15, from18 }) => {
    expect(normaliseViewQuery(from15)).toBe(from18);
    expect(normaliseViewQuery(from18)).toBe(from18);
  });

  test.each(sameOnBoth)('a view of $what', ({ query }) => {
    expect(normaliseViewQuery(query)).toBe(query);
  });

  test.each(statements)('$what', ({ from15, from18 }) => {
    expect(normaliseStatement(from15)).toBe(normaliseStatement(from18));
  });

  test('a literal or function body, which stays as it is', () => {
    const body = statements.at(-1)!.from15;
    expect(normaliseStatement(body)).toBe(body);
  });
});
