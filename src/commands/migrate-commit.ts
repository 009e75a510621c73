import { readdir, readFile, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { commit, compile, type Settings } from 'graphile-migrate';
import { parseMigrationText } from 'graphile-migrate/dist/migration.js';
import { loadConfig } from '../config.ts';
import { isBlankSql, readCurrent } from '../database/current-file.ts';
import { explainMigrationFailure } from '../database/describe-migration-failure.ts';
import { describeSqlFailure } from '../database/describe-sql-failure.ts';
import { withShadowDatabase } from '../database/shadow-database.ts';
import { checkEncodings } from '../database/sql-files.ts';
import { writeSchemaDump } from '../database/write-schema-dump.ts';
import { StartError } from '../errors.ts';
import { runOnce } from '../run.ts';
import { done, step } from '../terminal.ts';

await runOnce(async (undo) => {
  const { values } = parseArgs({ options: { message: { type: 'string', short: 'm' } } });
  if (!values.message) {
    throw new StartError(
      'INVALID_INPUT',
      'Say what the migration does: npm run migrate:commit -- -m "add posts"',
    );
  }
  await withShadowDatabase({ config: loadConfig(), undo, log: step }, async (settings, urls) => {
    const shadowUrl = settings.shadowConnectionString as string;
    const current = await readCurrent(settings);
    await checkEncodings(settings.migrationsFolder as string);
    await refuseCommittedAgain(settings, current);
    await commit(settings, values.message).catch(async (error) => {
      // graphile-migrate puts it back with the files that it includes written out, which it would not take again.
      await writeFile(current.path, current.text);
      throw await explain(error, settings, { shadow: shadowUrl, owner: urls.owner });
    });
    // Of the shadow, which holds what the migrations made and nothing else, such as the tables of `npm run seed`.
    await writeSchemaDump(shadowUrl);
  });
  done('Committed. migrations/schema.sql shows what it changed.');
});

/** A run that was killed has written the file, and left current.sql as it was. */
async function refuseCommittedAgain(
  settings: Settings,
  { path, text }: { path: string; text: string },
): Promise<void> {
  const compiled = await compile(settings, text, { filename: path }).catch((error: Error) => {
    throw new StartError('INVALID_SQL', `current.sql: ${error.message}\nNothing was committed.`);
  });
  const folder = `${settings.migrationsFolder}/committed`;
  const latest = (await readdir(folder)).sort().at(-1) as string;
  const { body: committed } = parseMigrationText(latest, await readFile(`${folder}/${latest}`, 'utf8'));
  const { body: current } = parseMigrationText(path, compiled, false);
  if (!isBlankSql(text) && current.trim() === committed.trim())
    throw new StartError(
      'COMMITTED_ALREADY',
      `current.sql is committed already, as ${latest}: a run before this one was interrupted. Empty current.sql, then run npm run migrate.`,
    );
}

/** Why a current.sql cannot be committed, without graphile-migrate's stack. */
async function explain(
  error: Error & { _gmlogged?: boolean },
  settings: Settings,
  { shadow, owner }: { shadow: string; owner: string },
): Promise<Error> {
  if (error.message === 'Current migration is blank.')
    return new StartError('NOTHING_TO_COMMIT', 'current.sql has no SQL yet; there is nothing to commit.');
  if (error.message.startsWith('Invalid commit message'))
    return new StartError('INVALID_INPUT', error.message);
  const hasRunCurrent = error._gmlogged === true;
  const explained = await explainMigrationFailure(error, { file: undefined, settings, url: owner });
  const isOfDatabase = explained instanceof StartError && explained.code !== 'MIGRATION_FAILED';
  if (!hasRunCurrent || isOfDatabase) return explained;
  return new StartError(
    'INVALID_SQL',
    `${await describeSqlFailure(error, settings, shadow)}\nNothing was committed; current.sql is as it was. Correct it, and commit again.`,
  );
}
