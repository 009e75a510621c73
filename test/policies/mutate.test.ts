import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { withParts } from '../../src/database/urls.ts';
import { withClient } from '../../src/database/with-client.ts';
import { policies } from './policies-command.ts';

const fixture = (name: string) => new URL(`./fixtures/mutate/${name}`, import.meta.url).pathname;
type Listed = { id: string; rule: string };

describe('policies mutate, on a schema with rules that no test protects', () => {
  let database: string;
  let folder: string;
  let first: Awaited<ReturnType<typeof policies>>;
  let report: { score: number; killed: unknown[]; survivors: Listed[]; equivalents: Listed[] };
  const mutate = (tests: string, ...args: string[]) => {
    const scope = [
      '--schema',
      'club',
      '--role',
      'anonymous',
      '--role',
      'webuser',
      '--jobs',
      '1',
      '--state',
      join(folder, 'state.jsonl'),
    ];
    return policies(database, 'mutate', '--database', database, '--tests', fixture(tests), ...scope, ...args);
  };
  const asRoot = (name: string | undefined, sql: string) => {
    const { root } = JSON.parse(process.env.ROWGATE_TEST_DATABASES as string);
    return withClient(name ? withParts(root, { database: name }) : root, (client) => client.query(sql));
  };

  beforeAll(async () => {
    const { root, template } = JSON.parse(process.env.ROWGATE_TEST_DATABASES as string);
    const name = template.replace(/template$/, 'club_template');
    folder = await mkdtemp(join(tmpdir(), 'rowgate-mutate-'));
    database = withParts(root, { database: name });
    await asRoot(undefined, `create database ${name}`);
    await asRoot(name, await readFile(fixture('schema.sql'), 'utf8'));
    first = await mutate('notes.fixture.ts', '--fresh', '--json');
    report = JSON.parse(first.output);
  }, 120_000);
  afterAll(async () => {
    await asRoot(undefined, `drop database ${new URL(database).pathname.slice(1)} with (force)`);
    await rm(folder, { recursive: true });
  });

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
    expect(first.exitCode).toBe(1);
    expect(first.notes).toContain('The score is 66.6 %, and must be 100 %.');
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
    const ids = (rule: string) => report.equivalents.filter((one) => one.rule === rule).map(({ id }) => id);
    expect(ids('nothing on the table is granted')).toContain('disable rls: club.fees');
    expect(ids('`using` says the same')).toEqual(['drop check: policy update_own on club.notes']);
    expect(ids('no statement can make the condition false: the columns it reads cannot be set')).toEqual([
      'check true: policy update_own on club.notes',
    ]);
  });

  it('can go on from an earlier run, and tell a person what to write', async () => {
    const { output, notes, exitCode } = await mutate('notes.fixture.ts', '--min-score', '60');
    expect(notes).toContain('18 verdicts of an earlier run still hold');
    expect(exitCode).toBe(0);
    const text = output.replaceAll(/\s+/g, ' ');
    expect(text).toContain('66.6 %');
    expect(text).toContain('of 18 rules of access, broken one at a time, a test noticed 12 (4 tests');
    expect(text).toContain(
      'alter policy select_own on club.notes using ((member = ( SELECT club.member_id()',
    );
    expect(text).toContain(
      'Wanted: a test that shows that webuser cannot select a row of club.notes for which not is_draft is false',
    );
  });

  it('cannot begin while a test fails with nothing broken', async () => {
    const { exitCode, notes } = await mutate('red.fixture.ts');
    expect(exitCode).toBe(2);
    expect(notes).toMatch(/fail with nothing broken.*red.fixture.ts: cannot be right/s);
  });

  it('cannot be asked for what makes no sense', async () => {
    expect(await mutate('nowhere')).toMatchObject({
      exitCode: 2,
      notes: expect.stringContaining('There is no'),
    });
    expect(await mutate('notes.fixture.ts', '--min-score', 'high')).toMatchObject({
      exitCode: 2,
      notes: '--min-score must be a number from 0 to 100.',
    });
  });

  it('cannot leave a clone behind', async () => {
    const { root, template } = JSON.parse(process.env.ROWGATE_TEST_DATABASES as string);
    const clones = await withClient(root, (client) =>
      client.query('select datname from pg_database where datname like $1', [
        template.replace(/template$/, 'club_%'),
      ]),
    );
    expect(clones.rows).toHaveLength(1);
  });
});
