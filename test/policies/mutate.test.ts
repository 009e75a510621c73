import { readFile } from 'node:fs/promises';
import { stripVTControlCharacters } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type MutationReport, mutate, type TestDatabases } from '../../policies/mutate/mutate.ts';
import { reportText } from '../../policies/mutate/report-text.ts';
import { withParts } from '../../src/database/urls.ts';
import { withClient } from '../../src/database/with-client.ts';

const fixture = (name: string) => new URL(`./fixtures/mutate/${name}`, import.meta.url).pathname;

describe('mutation testing of a schema with rules that no test protects', () => {
  let databases: TestDatabases;
  let report: MutationReport;

  beforeAll(async () => {
    const made = JSON.parse(process.env.ROWGATE_TEST_DATABASES as string) as TestDatabases;
    const template = made.template.replace(/template$/, 'club_template');
    databases = { ...made, template };
    await withClient(databases.root, (client) => client.query(`create database ${template}`));
    const sql = await readFile(fixture('schema.sql'), 'utf8');
    await withClient(withParts(databases.root, { database: template }), (client) => client.query(sql));
    report = await mutate({
      databases,
      files: [fixture('notes.fixture.ts')],
      jobs: 1,
      schemas: ['club'],
      roles: ['anonymous', 'webuser'],
    });
  }, 60_000);
  afterAll(() =>
    withClient(databases.root, (client) => client.query(`drop database ${databases.template} with (force)`)),
  );

  it('can name every rule that is not tested, and no other', () => {
    expect(report.survivors.map(({ id }) => id).sort()).toEqual([
      'grant command: select on club.fees to webuser',
      'grant usage: club to authenticator',
      'grant usage: club to public',
      'remove conjunct: policy select_own on club.notes: using not is_draft',
      'using true: policy delete_own on club.notes',
      // Whose a note is, `with check` protects; the other columns nothing.
      'widen columns: update on club.notes to webuser',
    ]);
    expect(report.score).toBeCloseTo((100 * 12) / 18);
  });

  it('can say which test noticed', () => {
    expect(report.killed).toContainEqual({
      id: 'grant execute: club.dissolve() to anonymous',
      killedBy: {
        file: 'test/policies/fixtures/mutate/notes.fixture.ts',
        test: 'notes › cannot be dissolved by strangers',
      },
      // The others have nothing to do with it.
      tests: 1,
    });
  });

  it('can leave out, by rules, what nobody could notice', () => {
    const rules = Object.groupBy(report.equivalents, ({ rule }) => rule);
    const ids = Object.fromEntries(
      Object.entries(rules).map(([rule, members]) => [rule, members?.map(({ mutant }) => mutant.id)]),
    );
    expect(ids).toMatchObject({
      'nothing on the table is granted': expect.arrayContaining(['disable rls: club.fees']),
      '`using` says the same': ['drop check: policy update_own on club.notes'],
      'no statement can make the condition false: the columns it reads cannot be set': [
        'check true: policy update_own on club.notes',
      ],
    });
  });

  it('can tell a person what to write', () => {
    const text = stripVTControlCharacters(reportText(report));
    expect(text).toContain('Mutation score 66.6 %: of 18 rules of access');
    expect(text).toContain(
      'policy select_own on club.notes: remove conjunct\n    alter policy select_own on club.notes using (',
    );
    expect(text).toContain(
      'Wanted: a test that shows that webuser cannot select a row of club.notes for which not is_draft is false and the rest of the condition true.',
    );
  });

  it('cannot begin while a test fails with nothing broken', async () => {
    const red = mutate({
      databases,
      files: [fixture('red.fixture.ts')],
      jobs: 1,
      schemas: ['club'],
      roles: ['webuser'],
    });
    await expect(red).rejects.toMatchObject({
      code: 'TESTS_FAIL',
      message: expect.stringMatching(/fail with nothing broken.*red.fixture.ts: cannot be right/s),
    });
  });

  it('can go on where an earlier run was ended', async () => {
    const known = new Map(report.killed.map((verdict) => [verdict.id, verdict]));
    for (const { mutant: _, ...verdict } of report.survivors.slice(1)) known.set(verdict.id, verdict);
    const judged: string[] = [];
    const again = await mutate({
      databases,
      files: [fixture('notes.fixture.ts')],
      jobs: 1,
      schemas: ['club'],
      roles: ['anonymous', 'webuser'],
      known,
      onVerdict: ({ id }) => judged.push(id),
    });
    expect(judged).toEqual([report.survivors[0]?.id]);
    expect(again.score).toBe(report.score);
  });
});
