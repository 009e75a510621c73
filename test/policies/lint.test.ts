import { readFile } from 'node:fs/promises';
import { describe, expect, test } from '@jest/globals';
import { findHoles } from '../../policies/lint/find-holes.ts';
import { withClient } from '../../src/database/with-client.ts';
import { withTestDatabase } from '../helpers/test-database.ts';
import { policies } from './policies-command.ts';
import { readFixture, useTransaction, workedExample } from './use-transaction.ts';

const session = useTransaction();

test('this project can be linted by any login, and has no hole', async () => {
  const { exitCode, output } = await policies(session.database.authenticator, 'lint');
  expect(output).toContain('Nothing found by 39 rules.');
  expect(exitCode).toBe(0);
});

describe('the worked example', () => {
  test('is the one in docs/policies.md', async () => {
    const sql = readFixture('worked-example.sql').replace(/^(?:--.*\n)+/, '');
    expect(await readFile('docs/policies.md', 'utf8')).toContain(`\`\`\`sql\n${sql}\`\`\``);
  });

  test('can be linted: the missing `with check` and the grant without columns are found', async () => {
    await withTestDatabase(async (database) => {
      await withClient(database.owner, (client) => client.query(workedExample()));
      const { exitCode, output } = await policies(database.authenticator, 'lint', '--json');
      const { findings } = JSON.parse(output);
      expect(exitCode).toBe(1);
      expect(findings.map(({ rule, object }: Record<string, string>) => `${rule}: ${object}`)).toEqual([
        'update-without-check: policy update_own_or_shared on app_public.documents',
        'write-grant-without-columns: grant to webuser on app_public.documents',
      ]);
    });
  });
});

describe('a schema of somebody else', () => {
  test('can be linted: every hole is found under its own names', async () => {
    const text = readFixture('saas.sql');
    await session.client.query(text);
    const { findings, catalogue } = await findHoles(session.client, {
      schemas: ['saas'],
      migrations: [{ file: 'saas.sql', text }],
    });
    expect(catalogue.webRoles).toEqual(['saas_guest', 'saas_manager', 'saas_member', 'saas_service']);
    const holes = findings
      .filter(({ rule }) => !rule.startsWith('name-'))
      .map(({ rule, object }) => `${rule}: ${object.replaceAll('saas.', '')}`);
    expect(holes).toEqual([
      'table-without-rls: table activity',
      'grant-without-policy: grant to saas_member on membership',
      'grant-without-policy: grant to saas_member on organization',
      'view-without-invoker: view document_title',
      'role-escapes-policies: role saas_service',
      'update-without-check: policy "Members work on documents" on document',
      'restrictive-binds-members: policy "Only paying organizations publish" on document',
      'policy-call-on-row: policy "Members work on documents" on document',
      'grant-to-public: function bump_plan()',
      'grant-to-public: function is_member(bigint)',
      'grant-to-public: function my_organizations()',
      'grant-to-public: function uid()',
      'default-execute-to-public: default privileges of postgres',
      'select-grant-with-columns: grant to saas_guest on document',
      'write-grant-without-columns: grant to saas_member on activity',
      'write-grant-without-columns: grant to saas_member on document',
      'write-grant-without-columns: grant to saas_member on membership',
      'write-grant-without-columns: grant to saas_member on organization',
      'grant-beyond-rls: grant to saas_member on activity',
      'grant-beyond-rls: grant to saas_member on document',
      'grant-beyond-rls: grant to saas_member on membership',
      'grant-beyond-rls: grant to saas_member on organization',
      'definer-without-search-path: function is_member(bigint)',
      'foreign-key-without-index: constraint document_organization_id_fkey on document',
      'foreign-key-without-on-delete: constraint document_organization_id_fkey on document',
      'policy-before-grant: table document',
      'policy-before-grant: table membership',
      'policy-before-grant: table organization',
      'rls-before-grant: table document',
      'rls-before-grant: table membership',
      'rls-before-grant: table organization',
    ]);
  });

  test('can be mended with the SQL that is given, until only what needs a person is left', async () => {
    await session.client.query(readFixture('saas.sql'));
    const lint = async () =>
      (await findHoles(session.client, { schemas: ['saas'] })).findings.filter(
        ({ rule }) => !rule.startsWith('name-'),
      );
    // More than once: when the service role no longer bypasses the policies, its grants are judged too.
    for (let round = 0, findings = await lint(); round < 4; round++, findings = await lint()) {
      for (const { mend } of findings) await session.client.query(mend ?? '');
    }
    expect((await lint()).map(({ rule, object }) => `${rule}: ${object}`)).toEqual([
      'policy-call-on-row: policy "Members work on documents" on saas.document',
    ]);
  });

  test('cannot be linted where nothing is granted to anybody', async () => {
    const { exitCode, notes } = await policies(
      session.database.authenticator,
      'lint',
      '--schema',
      'pg_catalog',
    );
    expect(exitCode).toBe(2);
    expect(notes).toContain('Has the database been migrated');
  });
});

describe('the command', () => {
  test.each([
    [['lint', '--rule', 'no-such-rule'], 'There is no rule no-such-rule'],
    [['lint', '--schema', 'no_such_schema'], 'There is no schema no_such_schema'],
    [['lint', '--role', 'no_such_role'], 'There is no role no_such_role'],
    [['lint', '--migrations', 'no/such/path'], 'There are no migrations at no/such/path'],
    [['lint', '--no-such-option'], '--no-such-option'],
    [['no-such-command'], 'There is no command no-such-command'],
  ])('%j cannot run, and says why', async (args, message) => {
    const { exitCode, notes } = await policies(session.database.authenticator, ...args);
    expect(exitCode).toBe(2);
    expect(notes).toContain(message);
  });

  test('can explain itself', async () => {
    expect((await policies('', '--help')).output).toContain('matrix');
    expect((await policies('', 'lint', '--help')).output).toContain('--sarif FILE');
    expect((await policies('', 'lint', '--rules')).output).toContain('update-without-check');
  });
});
