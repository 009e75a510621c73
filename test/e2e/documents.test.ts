import { describe, expect, it } from '@jest/globals';
import { migrateDatabase } from '../../src/database/migrate.ts';
import { compareOutput } from '../docs/compare-output.ts';
import { type Block, blocksOf } from '../docs/read-documents.ts';
import { registerReaders } from '../docs/register-readers.ts';
import { runSqlBlock } from '../docs/run-sql-block.ts';
import { documentsToRun, type Runner, runnerOf, runnersOf } from '../docs/runners.ts';
import { createEmptyDatabase, findDumpableServer } from '../helpers/dumpable-server.ts';
import { freePort } from '../helpers/free-port.ts';
import { testConfig } from '../helpers/test-config.ts';
import { createTestDatabase, type TestDatabase } from '../helpers/test-database.ts';
import { copyProject } from './helpers/project-copy.ts';
import { openShell } from './helpers/shell.ts';

type Parts = { block: Block; runner: Runner | null }[];

/** Where there is a `pg_dump` to follow, the server must not be newer than it. */
async function databaseFor(parts: Parts): Promise<TestDatabase> {
  if (!parts.some(({ block }) => block.text.includes('pg_dump'))) return createTestDatabase();
  const database = await createEmptyDatabase(await findDumpableServer());
  await migrateDatabase(database, testConfig(), () => {});
  return database;
}

/** Follows what is run of a document, in a copy of the project with a database of its own. */
async function follow(parts: Parts): Promise<void> {
  const database = await databaseFor(parts);
  try {
    await registerReaders(database);
    const copy = await copyProject();
    const port = await freePort();
    const shell = await openShell(copy.folder, {
      ...process.env,
      DATABASE_URL: database.authenticator,
      DATABASE_OWNER_URL: database.owner,
      ROOT_DATABASE_URL: database.root,
      PORT: String(port),
      ROOT_URL: `http://localhost:${port}`,
      BCRYPT_COST: '4',
      LOG_LEVEL: 'error',
      RATE_LIMITS: 'off',
    });
    try {
      let printed = '';
      for (const { block, runner } of parts)
        if (runner === 'output') compareOutput(block, printed);
        else if (runner === 'run')
          printed = await (block.language === 'sql' ? runSqlBlock(block, database) : shell.run(block));
    } finally {
      await shell.close();
      await copy.remove();
    }
  } finally {
    await database.drop();
  }
}

const documents = documentsToRun(true);

it('there are documents with commands', () => {
  expect(documents).toContain('docs/policies.md');
});

it.each(documents)('%s can be followed', (file) => follow(runnersOf(file)));

describe('a document', () => {
  const following = (...texts: string[]) => {
    const source = texts
      .map((text) => `\`\`\`${text.startsWith(' ') ? 'text' : 'sh'}\n${text}\n\`\`\`\n`)
      .join('\n');
    const blocks = blocksOf('some.md', source);
    return follow(
      blocks.map((block, index) => ({ block, runner: runnerOf(block, blocks[index - 1] ?? null) })),
    );
  };

  it('can start a server, and go on when it answers; a variable lasts', async () => {
    await following('export NAME=ada\nnpm run server', 'echo $NAME; curl -s $ROOT_URL/healthz', ' ada\n {…}');
    await following('false  # exits 1');
  });

  it('cannot have a command that fails, or does not fail when it shall', async () => {
    await expect(following('true', 'false\ntrue')).rejects.toThrow('some.md:5 ends with 1');
    await expect(following('npm run migrate # exits 3')).rejects.toThrow('some.md:1 ends with 0');
  });
});
