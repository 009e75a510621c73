import { describe, expect, it } from '@jest/globals';
import { readCatalogue } from '../../policies/catalogue/read-catalogue.ts';
import { equivalenceRule } from '../../policies/mutate/equivalence.ts';
import { makeMutants } from '../../policies/mutate/make-mutants.ts';
import { useTransaction } from './use-transaction.ts';

/** A schema of one table, whose policies and grants are the case's. */
const TABLE = `
  create schema x;
  grant usage on schema x to webuser;
  create function x.me() returns integer language sql stable as $$ select 1 $$;
  create table x.notes (id integer, owner integer default x.me(), body text, size integer generated always as (length(body)) stored);
  alter table x.notes enable row level security;`;

describe('mutants of a policy', () => {
  const db = useTransaction();
  const mutants = async (sql: string) => {
    await db.client.query(`${TABLE} ${sql}`);
    const catalogue = await readCatalogue(db.client, { schemas: ['x'], roles: ['anonymous', 'webuser'] });
    return makeMutants(catalogue).map((mutant) => ({ ...mutant, rule: equivalenceRule(catalogue, mutant) }));
  };
  const own = 'owner = (select x.me())';
  const mine = `policy p on x.notes`;

  it.each([
    [
      'using true: policy p on x.notes',
      'the condition is true already',
      `create ${mine} for select to webuser using (true); grant select on x.notes to webuser`,
    ],
    [
      'disable rls: x.notes',
      'whoever has a grant is let through by a policy that is always true',
      `create ${mine} for select to webuser using (true); grant select on x.notes to webuser`,
    ],
    ['disable rls: x.notes', 'nothing on the table is granted', ''],
    [
      'drop policy: policy p on x.notes',
      'nothing on the table is granted',
      `create ${mine} for select to webuser using (${own})`,
    ],
    [
      'using true: policy p on x.notes',
      'nobody it is for has the grant',
      `create ${mine} for delete to webuser using (${own}); grant select on x.notes to webuser`,
    ],
    [
      'policy to public: policy p on x.notes',
      'nobody else has the grant, or all may already',
      `create ${mine} for select to webuser using (${own}); grant select on x.notes to webuser`,
    ],
    [
      'drop policy: policy p on x.notes',
      'another policy allows the same',
      `create ${mine} for select to webuser using (${own}); create policy q on x.notes for select using (true); grant select on x.notes to webuser`,
    ],
    [
      'drop policy: policy p on x.notes',
      'another policy allows the same',
      `create ${mine} for select to webuser using (${own} and id > 0); create policy q on x.notes for select using (${own}); grant select on x.notes to webuser`,
    ],
    [
      'drop check: policy p on x.notes',
      '`using` says the same',
      `create ${mine} for update to webuser using (${own}) with check (${own}); grant update on x.notes to webuser`,
    ],
    [
      'check true: policy p on x.notes',
      'no statement can make the condition false: the columns it reads cannot be set',
      `create ${mine} for update to webuser using (${own}) with check (${own}); grant update (body) on x.notes to webuser`,
    ],
    [
      'check true: policy p on x.notes',
      'no statement can make the condition false: the columns it reads cannot be set',
      `create ${mine} for insert to webuser with check (${own}); grant insert (id, body) on x.notes to webuser`,
    ],
    [
      'widen columns: insert on x.notes to webuser',
      'every column that can be written is granted already',
      `create ${mine} for insert to webuser with check (${own}); grant insert (id, owner, body) on x.notes to webuser`,
    ],
    [
      'grant command: select on x.notes to anonymous',
      'no policy would let the role do it',
      `create ${mine} for select to webuser using (${own})`,
    ],
    [
      'grant execute: x.hidden() to anonymous',
      'nobody to whom it would be granted may use the schema',
      'create function x.hidden() returns integer language sql as $$ select 1 $$; revoke all on function x.hidden() from public',
    ],
    [
      'grant execute: x.tg() to webuser',
      'a trigger function cannot be called',
      'create function x.tg() returns trigger language plpgsql as $$ begin return new; end $$; revoke all on function x.tg() from public',
    ],
    [
      'grant usage: x to anonymous',
      'nothing in the schema is granted to whom it would open',
      'revoke all on function x.me() from public',
    ],
  ])('%s is left out: %s', async (id, rule, sql) => {
    expect(await mutants(sql)).toContainEqual(expect.objectContaining({ id, rule }));
  });

  it.each([
    [
      'using true: policy p on x.notes',
      `create ${mine} for select to webuser using (${own}); grant select on x.notes to webuser`,
    ],
    [
      'disable rls: x.notes',
      `create ${mine} for select to webuser using (${own}); grant select on x.notes to webuser`,
    ],
    ['disable rls: x.notes', 'grant select on x.notes to webuser'],
    [
      'drop policy: policy p on x.notes',
      `create ${mine} for select to webuser using (${own}); create policy q on x.notes for select using (id = 1); grant select on x.notes to webuser`,
    ],
    [
      'drop policy: policy p on x.notes',
      `create ${mine} as restrictive for select to webuser using (${own}); create policy q on x.notes for select using (true); grant select on x.notes to webuser`,
    ],
    [
      'policy to public: policy p on x.notes',
      `create ${mine} for select to webuser using (${own}); grant select on x.notes to webuser, anonymous; grant usage on schema x to anonymous`,
    ],
    [
      'check true: policy p on x.notes',
      `create ${mine} for update to webuser using (${own}) with check (${own}); grant update on x.notes to webuser`,
    ],
    [
      'check true: policy p on x.notes',
      `create ${mine} for update to webuser using (${own}) with check (body <> ''); grant update (body) on x.notes to webuser`,
    ],
    [
      'check true: policy p on x.notes',
      `create ${mine} for insert to webuser with check (${own}); grant insert (id, owner) on x.notes to webuser`,
    ],
    [
      'drop check: policy p on x.notes',
      `create ${mine} for update to webuser using (${own}) with check (${own} and body <> ''); grant update on x.notes to webuser`,
    ],
    [
      'remove conjunct: policy p on x.notes: using id > 0',
      `create ${mine} for select to webuser using (${own} and id > 0); grant select on x.notes to webuser`,
    ],
    [
      'widen columns: update on x.notes to webuser',
      `create ${mine} for update to webuser using (${own}); grant update (body) on x.notes to webuser`,
    ],
    [
      'grant command: delete on x.notes to webuser',
      `create ${mine} to webuser using (${own}); grant select on x.notes to webuser`,
    ],
    [
      'grant execute: x.hidden() to public',
      'create function x.hidden() returns integer language sql as $$ select 1 $$; revoke all on function x.hidden() from public',
    ],
    ['grant usage: x to anonymous', ''],
  ])('%s is judged', async (id, sql) => {
    expect(await mutants(sql)).toContainEqual(expect.objectContaining({ id, rule: null }));
  });

  it('can each be applied', async () => {
    const made = await mutants(`
      create policy "A policy, quoted" on x.notes to webuser using (${own} and body <> 'it''s') with check (${own} and id > 0);
      create policy r on x.notes as restrictive for insert with check (id between 1 and 9);
      grant select, delete on x.notes to webuser; grant insert (id), update (body) on x.notes to webuser;
      revoke all on function x.me() from public`);
    for (const { sql } of made) {
      await db.client.query('savepoint mutant');
      await db.client.query(sql);
      await db.client.query('rollback to savepoint mutant');
    }
    expect(new Set(made.map(({ operator }) => operator)).size).toBe(11);
    expect(new Set(made.map(({ id }) => id)).size).toBe(made.length);
  });
});
