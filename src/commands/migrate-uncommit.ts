import { uncommit } from 'graphile-migrate';
import { loadConfig } from '../config.ts';
import { withShadowDatabase } from '../database/shadow-database.ts';
import { run } from '../run.ts';
import { done, step } from '../terminal.ts';

await run(async () => {
  await withShadowDatabase(loadConfig(), step, (settings) => uncommit(settings));
  done('The latest migration is back in current.sql. Only do this before anybody else has run it.');
});
