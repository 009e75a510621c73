import { describe, expect, it } from '@jest/globals';
import { applyAllowed, readAllowed } from '../../policies/lint/allowed.ts';
import { findHoles } from '../../policies/lint/find-holes.ts';
import { withClient } from '../../src/database/with-client.ts';
import { withTestDatabase } from '../helpers/test-database.ts';
import { compareOutput } from './compare-output.ts';
import { type Block, blocksOf } from './read-documents.ts';
import { registerReaders } from './register-readers.ts';
import { runSqlBlock } from './run-sql-block.ts';
import { documentsToRun, runnersOf } from './runners.ts';

/** Runs blocks of SQL in their order, in a database with the users ada and bob. */
async function follow(blocks: Block[]): Promise<void> {
  await withTestDatabase(async (database) => {
    await registerReaders(database);
    let printed = '';
    for (const block of blocks)
      if (block.language === 'text') compareOutput(block, printed);
      else printed = await runSqlBlock(block, database);
    const left = await withClient(database.owner, (client) =>
      client.query('select client from app_public.sessions'),
    );
    expect(left.rows).toEqual([{ client: null }, { client: null }]);
  });
}

const documents = documentsToRun(false);

it('there are documents with SQL', () => {
  expect(documents).toContain('docs/postgres-guide.md');
});

it('the schema of docs/postgres-guide.md has no hole that the linter knows', async () => {
  await withTestDatabase(async (database) => {
    await registerReaders(database);
    for (const { block, runner } of runnersOf('docs/postgres-guide.md'))
      if (runner === 'run') await runSqlBlock(block, database);
    const { findings } = await withClient(database.owner, (client) =>
      findHoles(client, { schemas: ['app_public', 'app_hidden', 'app_private'], migrations: [] }),
    );
    const { standing } = applyAllowed(
      findings,
      await readAllowed('policies/allowed.json'),
      'policies/allowed.json',
    );
    expect(standing.map(({ rule, object }) => `${rule}: ${object}`)).toEqual([]);
  });
});

it.each(documents)('the SQL of %s is true', async (file) => {
  await follow(
    runnersOf(file)
      .filter(({ runner }) => runner === 'run' || runner === 'output')
      .map(({ block }) => block),
  );
});

describe('a document cannot say what is not true:', () => {
  const fence = (language: string, text: string) => `\`\`\`${language}\n${text}\n\`\`\`\n`;
  const following = (...parts: [string, string][]) =>
    follow(blocksOf('some.md', parts.map(([language, text]) => fence(language, text)).join('\n')));

  it('SQL that fails', async () => {
    await expect(following(['sql', 'select 1'], ['sql', 'select * from nowhere'])).rejects.toThrow(
      'some.md:5 fails: 42P01',
    );
  });

  it('SQL that does not fail, or otherwise', async () => {
    await expect(following(['sql', '-- fails 42501\nselect 1'])).rejects.toThrow(
      'some.md:1 shall fail with 42501',
    );
    await expect(
      following(['sql', '-- as ada\n-- fails 23505\nselect * from app_private.settings']),
    ).rejects.toThrow('but 42501 permission denied');
  });

  it('another output', async () => {
    const select: [string, string] = ['sql', '-- as ada\nselect username from app_public.current_user()'];
    await following(select, ['text', ' username\n----------\n ada']);
    await following(select, ['text', '…\n ada\n…']);
    await expect(following(select, ['text', ' username\n----------\n bob'])).rejects.toThrow(
      'some.md:6 is not what is printed',
    );
  });

  it('what only the owner may, as somebody else', async () => {
    await following(['sql', '-- as anonymous\n-- fails 42501\nselect app_private.prune()']);
  });
});
