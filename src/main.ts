import { parseArgs } from 'node:util';
import { watch as watchMigrations } from 'graphile-migrate';
import { startWorker } from '../worker/start-worker.ts';
import { loadConfig } from './config.ts';
import { migrateDatabase, migrationSettings } from './database/migrate.ts';
import { openDatabase } from './database/open-database.ts';
import { listen } from './listen.ts';
import { makeLogger } from './logger.ts';
import { makePools } from './pools.ts';
import { run } from './run.ts';
import { makeServer } from './server.ts';
import { stopOnSignals } from './stop-on-signals.ts';
import { bold, dim, done, step } from './terminal.ts';

// `npm start` is everything in one process; with --server-only, `npm run server`, just the API.
await run(async () => {
  const { values: flags } = parseArgs({
    options: {
      watch: { type: 'boolean', default: false },
      'server-only': { type: 'boolean', default: false },
    },
  });
  const config = loadConfig();
  const logger = makeLogger(config);
  const stop = stopOnSignals(logger);

  const database = await openDatabase(config, step);
  stop.push(() => database.close());
  if (!flags['server-only']) {
    step('Running migrations');
    await migrateDatabase(database.urls, config, flags.watch ? step : () => {});
  }

  const pools = makePools(database.urls.authenticator, logger);
  stop.push(() => pools.end());
  step('Building the GraphQL schema');
  const server = await makeServer({ config, pools, logger }, { watch: flags.watch });
  stop.push(() => server.release());
  const address = await listen(server.httpServer, config);
  stop.push(address.close);

  if (!flags['server-only']) {
    const worker = await startWorker({ config, logger, connectionString: database.urls.owner });
    stop.push(() => worker.stop());
  }
  if (flags.watch) await watchMigrations(await migrationSettings(database.urls, step));

  done(`Rowgate answers at ${bold(`${address.url}/graphql`)}`);
  if (config.isProduction) return;
  console.log(`  GraphiQL   ${bold(`${address.url}/graphiql`)}`);
  console.log(
    `  database   ${dim(database.isEmbedded ? 'embedded; `npm run --silent db:url` prints its URL' : 'DATABASE_URL')}`,
  );
  console.log(`  stop       ${dim('Ctrl-C')}`);
});
