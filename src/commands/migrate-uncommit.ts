import { uncommit } from 'graphile-migrate';
import { loadConfig } from '../config.ts';
import { isBlankSql, readCurrent } from '../database/current-file.ts';
import { explainMigrationFailure } from '../database/describe-migration-failure.ts';
import { withShadowDatabase } from '../database/shadow-database.ts';
import { StartError } from '../errors.ts';
import { runOnce } from '../run.ts';
import { done, step } from '../terminal.ts';

await runOnce(async (undo) => {
  await withShadowDatabase({ config: loadConfig(), undo, log: step }, async (settings, urls) => {
    // graphile-migrate moves the file first, and fails then.
    if (!isBlankSql((await readCurrent(settings)).text))
      throw new StartError(
        'CURRENT_NOT_EMPTY',
        'current.sql has SQL that is not committed, which the latest migration would replace. Commit it, or keep it elsewhere and empty current.sql first.',
      );
    await uncommit(settings).catch(async (error) => {
      throw await explainMigrationFailure(error, { file: undefined, settings, url: urls.owner });
    });
  });
  done('The latest migration is back in current.sql. Only do this before any other database has run it.');
});
