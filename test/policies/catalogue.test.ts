import { describe, expect, test } from '@jest/globals';
import { isInlinable } from '../../policies/catalogue/is-inlinable.ts';
import { readCatalogue } from '../../policies/catalogue/read-catalogue.ts';
import { useTransaction } from './use-transaction.ts';

const session = useTransaction();

const functions = [
  ['sql stable', `select nullif(current_setting('x.y', true), '')::uuid`],
  ['sql immutable', `select substring('x00000000-0000-0000-0000-000000000000' from 2)::uuid`],
  ['sql volatile', `select null::uuid`],
  ['sql stable security definer', `select null::uuid`],
  ['sql stable set search_path = pg_catalog', `select null::uuid`],
  ['sql stable', `select id from app_public.users limit 1`],
  ['sql stable', `select (select id from app_public.users limit 1)`],
  ['plpgsql stable', `begin return null::uuid; end`],
] as const;

test.each(functions)(
  'a function in %s: %s – whether the planner inlines it can be told',
  async (clauses, body) => {
    await session.client.query(`create schema made;
    create function made.f() returns uuid language ${clauses} as $$ ${body} $$;
    grant execute on function made.f() to webuser`);
    const { rows } = await session.client.query(`explain (verbose) select made.f()`);
    const isCalled = rows.some((row) => row['QUERY PLAN'].includes('made.f()'));
    const { routines } = await readCatalogue(session.client, { schemas: ['made'] });
    expect(isInlinable(routines[0]!)).toBe(!isCalled);
  },
);

describe('where to look can be left to the tool:', () => {
  test('all schemas but the system’s, the helpers’ and the extensions’', async () => {
    await session.client.query('create schema graphile_made; create schema made');
    const { schemas, webRoles } = await readCatalogue(session.client);
    const names = schemas.map(({ name }) => name);
    expect(names).toEqual(['app_hidden', 'app_private', 'app_public', 'made', 'public']);
    expect(webRoles).toEqual(['anonymous', 'webuser', 'webadmin']);
  });

  test('what belongs to an extension is left out', async () => {
    const { routines } = await readCatalogue(session.client, { schemas: ['public'], roles: ['webuser'] });
    expect(routines).toEqual([]);
  });

  test('where the usual roles have no rights, those that have', async () => {
    await session.client.query(`create schema made; create table made.things ();
      create role made_reader; create role made_reader_too in role made_reader; create role made_stranger;
      create role made_owner in role made_reader; alter table made.things owner to made_owner;
      grant select on made.things to made_reader`);
    const { webRoles } = await readCatalogue(session.client, { schemas: ['made'] });
    expect(webRoles).toEqual(['made_reader', 'made_reader_too']);
  });
});

test('an open transaction can be read from within, and is left open', async () => {
  await session.client.query('create table app_public.rowgate_test_unborn (id integer)');
  const { relations } = await readCatalogue(session.client);
  expect(relations.map(({ name }) => name)).toContain('app_public.rowgate_test_unborn');
  const { rows } = await session.client.query(
    `select to_regclass('app_public.rowgate_test_unborn') is not null as still`,
  );
  expect(rows).toEqual([{ still: true }]);
});
