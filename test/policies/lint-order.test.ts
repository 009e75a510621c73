import { beforeEach, describe, expect, test } from '@jest/globals';
import { findHoles } from '../../policies/lint/find-holes.ts';
import { readFixture, useTransaction } from './use-transaction.ts';

const session = useTransaction();
const create = 'create table good.notes (id uuid primary key);';
const enable = 'alter table good.notes enable row level security;';
const policy = 'create policy select_all on good.notes for select to lint_member using (true);';
const grant = 'grant select on good.notes to lint_member;';

beforeEach(() =>
  session.client.query(`${readFixture('lint-roles.sql')}; ${create} ${enable} ${policy} ${grant}`),
);

/** What the order rules say of migrations that led to the table above. */
async function judge(...files: string[]) {
  const migrations = files.map((text, index) => ({ file: `${index + 1}.sql`, text }));
  const { findings } = await findHoles(session.client, {
    schemas: ['good'],
    roles: ['lint_member', 'lint_admin'],
    migrations,
  });
  return findings.map(({ rule, place, edits }) => ({ rule, at: `${place?.file}:${place?.line}`, edits }));
}

test('policies and row-level security can stand before the grant', async () => {
  expect(await judge([create, enable, policy, grant].join('\n'))).toEqual([]);
});

test('a grant cannot stand before its policy, in another file neither', async () => {
  expect(await judge(`${create} ${enable}\n${grant}`, policy)).toEqual([
    {
      rule: 'policy-before-grant',
      at: '1.sql:2',
      edits: [
        {
          file: '1.sql',
          start: create.length + enable.length + 2,
          end: create.length + enable.length + grant.length + 2,
          text: '',
        },
        { file: '2.sql', start: policy.length, end: policy.length, text: `\n${grant}` },
      ],
    },
  ]);
});

describe('a policy qualifies a grant', () => {
  test('to a member of its role', async () => {
    const toMember = 'grant select on good.notes to lint_admin;';
    expect(await judge([create, enable, toMember, policy].join('\n'))).toMatchObject([
      { rule: 'policy-before-grant' },
    ]);
  });

  test('of its command alone', async () => {
    const ofOther = 'grant delete on good.notes to lint_member;';
    expect(await judge([create, enable, ofOther, policy].join('\n'))).toEqual([]);
  });

  test('that `all` includes', async () => {
    const ofAll = 'grant all privileges on table good.notes to lint_member;';
    expect(await judge([create, enable, ofAll, policy].join('\n'))).toMatchObject([
      { rule: 'policy-before-grant' },
    ]);
  });
});

test.each([
  ['a grant', [create, grant, enable, policy], ['policy-before-grant', 'rls-before-grant']],
  ['a policy', [create, policy, enable, grant], ['rls-before-grant']],
])('%s cannot stand before row-level security is enabled', async (_, statements, rules) => {
  expect((await judge(statements.join('\n'))).map(({ rule }) => rule)).toEqual(rules);
});

test('what held for a table that was dropped is no matter', async () => {
  const dropped = [create, grant, enable, 'drop table good.notes;'].join('\n');
  expect(await judge(dropped, [create, enable, policy, grant].join('\n'))).toEqual([]);
  // A policy of the old table qualifies no grant on the new one.
  const withPolicy = [create, enable, policy, 'drop table if exists good.notes;'].join('\n');
  expect(await judge(withPolicy, [create, enable, grant, policy].join('\n'))).toMatchObject([
    { rule: 'policy-before-grant', at: '2.sql:3' },
  ]);
});
