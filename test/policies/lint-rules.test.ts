import { readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { beforeEach, expect, test } from '@jest/globals';
import { findHoles } from '../../policies/lint/find-holes.ts';
import type { Edit, Finding } from '../../policies/lint/rule.ts';
import { rules } from '../../policies/lint/rules.ts';
import type { MigrationFile } from '../../policies/migrations/read-migrations.ts';
import { readFixture, useTransaction } from './use-transaction.ts';

const folder = new URL('./fixtures/lint/', import.meta.url);
const preparation = readFixture('lint-roles.sql');
/** One for each rule: the hole in the schema `bad`, its mended twin in `good`, and at its head what is to be found. */
const fixtures = readdirSync(folder).map((file) => {
  const text = readFileSync(new URL(file, folder), 'utf8');
  const finds = [...text.matchAll(/^-- finds: (.*)$/gm)].map(([, object]) => object!);
  return { rule: basename(file, '.sql'), finds, migration: { file, text } };
});

const session = useTransaction();
beforeEach(() => session.client.query(preparation));

async function load(migrations: MigrationFile[]): Promise<void> {
  for (const { text } of migrations) await session.client.query(`set role lint_owner; ${text}; reset role;`);
}

async function lint(migrations: MigrationFile[]): Promise<Finding[]> {
  const { rows } = await session.client.query(
    `select nspname as name from pg_namespace where nspname ~ '^(good|bad)' and nspname <> 'bad_playground'`,
  );
  const { findings } = await findHoles(session.client, {
    schemas: rows.map(({ name }) => name),
    roles: ['lint_guest', 'lint_member', 'lint_admin'],
    anonymousRole: 'lint_guest',
    migrations,
  });
  return findings;
}

const brief = (findings: Finding[]) => findings.map(({ rule, object }) => `${rule}: ${object}`).toSorted();

function applyEdits({ file, text }: MigrationFile, edits: Edit[]): MigrationFile {
  const edited = edits
    .filter((edit) => edit.file === file)
    .toSorted((one, other) => other.start - one.start)
    .reduce((result, { start, end, text: put }) => result.slice(0, start) + put + result.slice(end), text);
  return { file, text: edited };
}

test('every rule has a fixture', () => {
  expect(fixtures.map(({ rule }) => rule).toSorted()).toEqual(rules.map(({ id }) => id).toSorted());
});

test.each(fixtures)(
  '$rule can find its hole and nothing else, and mend it',
  async ({ rule, finds, migration }) => {
    await session.client.query('savepoint before');
    await load([migration]);
    const findings = await lint([migration]);
    expect(brief(findings)).toEqual(finds.map((object) => `${rule}: ${object}`).toSorted());

    const edits = findings.flatMap((finding) => finding.edits ?? []);
    const mended = applyEdits(migration, edits);
    if (edits.length > 0) {
      await session.client.query('rollback to savepoint before');
      await load([mended]);
    } else {
      for (const { mend } of findings) await session.client.query(mend ?? '');
    }

    const left = await lint([mended]);
    const withoutSql = rule === 'policy-call-on-row' ? finds : [];
    expect(left.filter((finding) => finding.rule === rule).map(({ object }) => object)).toEqual(withoutSql);
    expect(brief(left.filter(({ severity }) => severity === 'error'))).toEqual([]);
  },
);

test('all holes at once are each found once', async () => {
  const migrations = fixtures.map(({ migration }) => migration);
  await load(migrations);
  const expected = fixtures.flatMap(({ rule, finds }) => finds.map((object) => `${rule}: ${object}`));
  expect(brief(await lint(migrations))).toEqual(expected.toSorted());
});
