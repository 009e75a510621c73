import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';

const folder = fileURLToPath(new URL('../', import.meta.url));
const CREATES =
  /\bcreate (?:or replace )?(table|view|materialized view|type|domain|sequence|function|procedure) (?:if not exists )?((?:app_public|app_private|app_hidden|public)\.[\w"$]+)/gi;
const PREFIX = 'rowgate_test_';

/** Names of more than one word that a team may choose. Of one word, it may choose any. */
const USUAL = new Set([
  ...[
    'reading_lists',
    'blog_posts',
    'team_members',
    'order_items',
    'line_items',
    'audit_logs',
    'access_logs',
  ],
  ...['api_keys', 'user_profiles', 'user_settings', 'payment_methods', 'shopping_carts', 'chat_messages'],
  ...['create_note', 'create_post', 'create_document', 'search_documents', 'search_posts', 'is_member'],
]);

/** Names without the prefix, by file, each with a reason. */
const ALLOWED: Record<string, string[]> = {
  // Refused, whatever there is.
  'db/authenticator.test.ts': ['public.mine', 'app_public.mine', 'app_private.mine', 'app_hidden.mine'],
  // Of Rowgate itself: replaced, or tried in vain.
  'db/passwords.test.ts': ['app_private.hash_password'],
  'database/describe-sql-failure.test.ts': ['app_public.a', 'app_public.users'],
  'policies/lint-sarif.test.ts': ['app_private.settings', 'app_public.login'],
  // Read as text, or in a project without tables of a team.
  'e2e/dev.test.ts': ['app_public.notes'],
  'e2e/readme.test.ts': ['app_public.notes'],
  'policies/not-migrated.test.ts': ['public.things'],
  // Names that GraphQL takes from every team; room is made for them.
  'http/api-names.test.ts': ['app_public.$', 'app_public.query'],
  'runner/names-in-tests.test.ts': ['app_public.notes', 'app_hidden.is_member', 'app_public.Odd'],
  // For servers that `useServer` starts, which makes room for them.
  'helpers/orderable-columns.ts': ['size', 'positive', 'words', 'pair', 'things'].map(
    (name) => `app_public.${name}`,
  ),
  'helpers/paged-tables.ts': [
    ...['chores', 'parcels', 'readings', 'shelves', 'books', 'appointment', 'visits', 'calls'].map(
      (name) => `app_public.${name}`,
    ),
  ],
  'faults/abuse.test.ts': ['app_public.items'],
  // In a project without tables of a team.
  'start/migrations.test.ts': ['app_private.added'],
  // The example of docs/policies.md; room is made for it.
  'policies/fixtures/worked-example.sql': ['app_public.documents'],
};

/** @returns what a text creates under a name that a team may have */
const findUnprefixed = (text: string): string[] =>
  [...text.matchAll(CREATES)].flatMap(([, kind = '', name = '']) => {
    const own = name.slice(name.indexOf('.') + 1).replaceAll('"', '');
    const isOneWord = !own.includes('_') && !/^(function|procedure)$/i.test(kind);
    return USUAL.has(own) || isOneWord ? [name.replaceAll('"', '')] : [];
  });

const textOf = (file: string) => readFileSync(folder + file, 'utf8');

describe('what tests create beside the tables of a team', () => {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) =>
    /\.(ts|sql)$/.test(file),
  );

  it('has names that no team has', () => {
    const found = files.flatMap((file) =>
      // `useServer` makes room for what a test gives to it.
      findUnprefixed(textOf(file).includes('sqlAsOwner') ? '' : textOf(file))
        .filter((name) => !ALLOWED[file]?.includes(name))
        .map(
          (name) =>
            `test/${file} creates ${name}: call it ${name.replace('.', `.${PREFIX}`)}, as a team may have one.`,
        ),
    );
    expect(found).toEqual([]);
  });

  it.each([
    ['create table app_public.notes ()', ['app_public.notes']],
    ['CREATE OR REPLACE FUNCTION app_hidden.is_member() …', ['app_hidden.is_member']],
    ['create view app_public."Odd" as select 1', ['app_public.Odd']],
    ['create table app_public.rowgate_test_notes (); create table some_schema.notes ()', []],
  ])('can be found in %s', (text, names) => {
    expect(findUnprefixed(text)).toEqual(names);
  });
});
