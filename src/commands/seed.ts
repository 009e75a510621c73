import { parseArgs } from 'node:util';
import { loadConfig } from '../config.ts';
import { openDatabaseUntilEnd } from '../database/open-database.ts';
import { parseDatabaseUrl } from '../database/urls.ts';
import { withClient } from '../database/with-client.ts';
import { StartError } from '../errors.ts';
import { runOnce } from '../run.ts';
import { addDemo, DEMO_PASSWORD, DEMO_USERS, removeDemo } from '../seed/seed-database.ts';
import { bold, dim, done, step } from '../terminal.ts';

/** A socket is of this machine. */
const isLocal = (host: string) => ['localhost', '127.0.0.1', '::1'].includes(host) || host.startsWith('/');

await runOnce(async (undo) => {
  const { values: flags } = parseArgs({
    options: { remove: { type: 'boolean', default: false }, remote: { type: 'boolean', default: false } },
  });
  const config = loadConfig();
  if (config.isProduction)
    throw new StartError(
      'NOT_IN_PRODUCTION',
      'Demo users have a password that everybody knows; never in production.',
    );
  const { ownerUrl } = config.database;
  const host = ownerUrl && parseDatabaseUrl(ownerUrl).host;
  if (host && !isLocal(host) && !flags.remote) {
    throw new StartError(
      'NOT_LOCAL',
      `The database is on ${host}, and demo users have a password that everybody knows. If it is meant, add --remote.`,
    );
  }

  const { urls } = await openDatabaseUntilEnd(undo, config, step);
  await withClient(urls.owner, flags.remove ? removeDemo : addDemo);
  if (flags.remove) return done('The demo users and their boards are gone.');
  done(`The demo users are there; the password of each is ${bold(DEMO_PASSWORD)}`);
  for (const [name, what] of Object.entries(DEMO_USERS)) console.log(`  ${name.padEnd(12)}${dim(what)}`);
  console.log(`  ${dim('Ask for demoBoards in GraphiQL; npm run seed -- --remove takes all of it away.')}`);
});
