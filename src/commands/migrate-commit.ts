import { parseArgs } from 'node:util';
import { commit } from 'graphile-migrate';
import { loadConfig } from '../config.ts';
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
    await commit(settings, values.message).catch(explain);
    // Of the shadow, which holds what the migrations made and nothing else, such as the tables of `npm run seed`.
    await writeSchemaDump(settings.shadowConnectionString as string);
  });
  done('Committed. migrations/schema.sql shows what it changed.');
});

/** What graphile-migrate says of a current.sql that cannot be committed, without its stack. */
function explain(error: Error & { _gmlogged?: boolean }): never {
  if (error.message === 'Current migration is blank.')
    throw new StartError('NOTHING_TO_COMMIT', 'current.sql has no SQL yet; there is nothing to commit.');
  // It has shown the place already.
  if (error._gmlogged)
    throw new StartError(
      'INVALID_SQL',
      'Nothing was committed; current.sql is as it was. Mend it, and commit again.',
    );
  throw error;
}
