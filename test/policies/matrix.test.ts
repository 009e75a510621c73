import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readCatalogue } from '../../policies/catalogue/read-catalogue.ts';
import { compareMatrices } from '../../policies/matrix/compare-matrices.ts';
import { renderMatrix } from '../../policies/matrix/render-matrix.ts';
import { withClient } from '../../src/database/with-client.ts';
import { withTestDatabase } from '../helpers/test-database.ts';
import { policies } from './policies-command.ts';
import { useTransaction } from './use-transaction.ts';

const session = useTransaction();

test('docs/permissions.md says what the database says', async () => {
  const { exitCode, output } = await policies(session.database.authenticator, 'matrix', '--check');
  expect(output).toBe('docs/permissions.md says what the database says.');
  expect(exitCode).toBe(0);
});

async function render(): Promise<string> {
  const options = { schemas: undefined, roles: ['anonymous', 'webuser', 'webadmin', 'authenticator'] };
  return renderMatrix(await readCatalogue(session.client, options), options);
}

describe('a change cannot go unseen:', () => {
  test.each([
    [
      'a grant widened from columns to the table',
      'grant update on app_public.users to webuser',
      [
        'app_public.users',
        '  ~ webuser, update: `username`, `name`, `avatar_url`; rows: `update_own` → all columns; rows: `update_own`',
        '  ~ webadmin, update: `username`, `name`, `avatar_url`; rows: `update_own` → all columns; rows: `update_own`',
      ],
    ],
    [
      'a column added under a grant on the table',
      'alter table app_public.sessions add column secret text',
      ['app_public.sessions', '  ~ Columns: + `secret`'],
    ],
    [
      'a grant to everybody',
      'grant delete on app_public.audit_events to public',
      [
        'app_public.audit_events',
        '  ~ anonymous, delete: – → rows: _none_',
        '  ~ webuser, delete: – → rows: _none_',
        '  ~ webadmin, delete: – → rows: _none_',
        '  ~ authenticator, delete: – → rows: _none_',
      ],
    ],
    [
      'a policy taken away',
      'drop policy select_as_administrator on app_public.sessions',
      [
        'app_public.sessions',
        '  ~ webadmin, select: all columns; rows: `select_as_administrator` or `select_own` → all columns; rows: `select_own`',
        '  - `select_as_administrator` (select to webadmin): `(select app_hidden.is_administrator())`',
      ],
    ],
    [
      'a policy’s condition',
      'alter policy delete_own on app_public.sessions using (true)',
      [
        'app_public.sessions',
        '  ~ `delete_own` (delete to webuser): `user_id = (select app_public.current_user_id())` → `true`',
      ],
    ],
    [
      'row-level security taken off',
      'alter table app_public.user_accounts disable row level security',
      [
        'app_public.user_accounts',
        '  + **Row-level security is not enabled.**',
        '  ~ webuser, select: all columns; rows: `select_own` → all columns; rows: **all**',
        '  ~ webadmin, select: all columns; rows: `select_as_administrator` or `select_own` → all columns; rows: **all**',
      ],
    ],
    [
      'a function granted',
      'grant execute on function app_public.suspend_user(uuid, text) to webuser',
      ['Functions of app_public', '  ~ `suspend_user(user_id uuid, reason text)`, webuser: – → yes'],
    ],
    [
      'a function made definer',
      'alter function app_public.current_user_id() security definer',
      ['Functions of app_public', '  ~ `current_user_id()`, runs as: the caller → its owner'],
    ],
    [
      'the use of a schema',
      'grant usage on schema app_private to anonymous',
      ['Schemas', '  ~ app_private, anonymous: – → usage'],
    ],
  ])('%s', async (_, sql, difference) => {
    const before = await render();
    await session.client.query(sql);
    expect(compareMatrices(before, await render()).split('\n')).toEqual(difference);
  });

  test('but what cannot be used is no right', async () => {
    const before = await render();
    await session.client.query(
      'grant select on app_private.settings to webuser; grant execute on function app_private.prune() to webuser',
    );
    expect(compareMatrices(before, await render())).toBe('');
  });

  test('the command fails and shows it', async () => {
    await withTestDatabase(async (database) => {
      await withClient(database.owner, (client) =>
        client.query('grant delete on app_public.users to webuser'),
      );
      const { exitCode, output } = await policies(database.authenticator, 'matrix', '--check');
      expect(exitCode).toBe(1);
      expect(output).toContain('~ webuser, delete: – → rows: _none_');
      expect(output).toContain('--write');
    });
  });
});

describe('the file', () => {
  let file: string;
  beforeAll(async () => {
    file = join(await mkdtemp(join(tmpdir(), 'rowgate-matrix-')), 'docs', 'permissions.md');
  });
  afterAll(() => rm(join(file, '../..'), { recursive: true }));
  const matrix = (...args: string[]) =>
    policies(session.database.authenticator, 'matrix', '--file', file, ...args);

  test('cannot be checked before it is written', async () => {
    const { exitCode, output } = await matrix('--check');
    expect(exitCode).toBe(1);
    expect(output).toContain('--write');
  });

  test('can be written, and remembers for which roles and schemas', async () => {
    await matrix('--write', '--schema', 'app_public', '--role', 'webuser');
    const written = await readFile(file, 'utf8');
    expect(written).toContain('| table ');
    expect(written).not.toContain('| webadmin');
    expect(written).not.toContain('app_private.');
    await matrix('--write');
    expect(await readFile(file, 'utf8')).toBe(written);
    expect((await matrix('--check')).exitCode).toBe(0);
  });

  test('can be printed instead', async () => {
    expect((await matrix()).output).toBe(await readFile(file, 'utf8'));
  });
});
