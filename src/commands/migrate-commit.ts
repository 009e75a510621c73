import { readFile, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { commit, type Settings } from 'graphile-migrate';
import { loadConfig } from '../config.ts';
import { describeSqlFailure } from '../database/describe-sql-failure.ts';
import { requireMigrated } from '../database/require-migrated.ts';
import { withShadowDatabase } from '../database/shadow-database.ts';
import { withClient } from '../database/with-client.ts';
import { writeSchemaDump } from '../database/write-schema-dump.ts';
import { StartError } from '../errors.ts';
import { run } from '../run.ts';
import { done, step } from '../terminal.ts';

await run(async () => {
  const { values } = parseArgs({ options: { message: { type: 'string', short: 'm' } } });
  if (!values.message) {
    throw new StartError(
      'INVALID_INPUT',
      'Say what the migration does: npm run migrate:commit -- -m "add posts"',
    );
  }
  await withShadowDatabase(loadConfig(), step, async (settings, urls) => {
    await withClient(urls.owner, requireMigrated);
    const shadowUrl = settings.shadowConnectionString as string;
    const file = `${settings.migrationsFolder}/current.sql`;
    const written = await readFile(file, 'utf8');
    await commit(settings, values.message).catch(async (error) => {
      // graphile-migrate puts it back with the files that it includes written out, which it would not take again.
      await writeFile(file, written);
      throw await explain(error, settings, shadowUrl);
    });
    // Of the shadow, which holds what the migrations made and nothing else, such as the tables of `npm run seed`.
    await writeSchemaDump(shadowUrl);
  });
  done('Committed. migrations/schema.sql shows what it changed.');
});

/** Why a current.sql cannot be committed, without graphile-migrate's stack. */
async function explain(
  error: Error & { _gmlogged?: boolean },
  settings: Settings,
  shadowUrl: string,
): Promise<Error> {
  if (error.message === 'Current migration is blank.')
    return new StartError('NOTHING_TO_COMMIT', 'current.sql has no SQL yet; there is nothing to commit.');
  if (error._gmlogged)
    return new StartError(
      'INVALID_SQL',
      `${await describeSqlFailure(error, settings, shadowUrl)}\nNothing was committed; current.sql is as it was. Mend it, and commit again.`,
    );
  return error;
}
