import { parseArgs } from 'node:util';
import { commit } from 'graphile-migrate';
import { loadConfig } from '../config.ts';
import { withShadowDatabase } from '../database/shadow-database.ts';
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
    await commit(settings, values.message);
    await writeSchemaDump(urls.owner);
  });
  done('Committed. migrations/schema.sql shows what it changed.');
});
