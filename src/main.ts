import cluster from 'node:cluster';
import { parseArgs } from 'node:util';
import { Registry } from 'prom-client';
import { loadConfig } from './config.ts';
import { describeShortage } from './database/describe-shortage.ts';
import { followCurrent } from './database/follow-current.ts';
import { migrateDatabase } from './database/migrate.ts';
import { openDatabaseUntilEnd } from './database/open-database.ts';
import { requireMigrated } from './database/require-migrated.ts';
import { requireServerRole } from './database/require-server-role.ts';
import { describeAddress } from './database/urls.ts';
import { waitForDatabase } from './database/wait-for-database.ts';
import { withClient } from './database/with-client.ts';
import { makeLogger } from './logger.ts';
import { run } from './run.ts';
import { type Served, serve } from './serve.ts';
import { serveInProcesses } from './serve-in-processes.ts';
import { exposeMetrics } from './telemetry/expose-metrics.ts';
import { bold, dim, done, failed, step } from './terminal.ts';

// `npm start` is everything in one process: database, migrations, server, worker. With --server-only, `npm run server`,
// it is the API alone. With WEB_CONCURRENCY the API has processes of its own, which run this file with --server-only.
await run(async (undo) => {
  const { values: flags } = parseArgs({
    options: {
      watch: { type: 'boolean', default: false },
      'server-only': { type: 'boolean', default: false },
    },
  });
  const isAll = !flags['server-only'];
  const config = loadConfig();
  const logger = makeLogger(config);
  if (config.mocks) {
    const { startMocks } = await import('../mocks/start-mocks.ts');
    const mocks = startMocks();
    undo.push(async () => mocks.close());
  }
  const say = cluster.isWorker ? () => {} : step;

  const database = await openDatabaseUntilEnd(undo, config, say);
  if (isAll) {
    step('Running migrations');
    await migrateDatabase(database.urls, config, flags.watch ? step : () => {});
  }

  // The processes of a cluster need not ask again.
  if (!cluster.isWorker) {
    if (!isAll) await withClient(database.urls.owner, requireMigrated);
    await waitForDatabase(database.urls.authenticator, step, requireServerRole);
  }

  let served: Served;
  if (flags.watch && config.webConcurrency > 1)
    step('One process is watched; WEB_CONCURRENCY is for `npm start` and `npm run server`');
  if (cluster.isPrimary && config.webConcurrency > 1 && !flags.watch) {
    step(`Starting ${config.webConcurrency} server processes`);
    const { authenticator, owner } = database.urls;
    // A pooler at another address has connections of its own.
    if (describeAddress(authenticator) === describeAddress(owner)) {
      const shortage = await withClient(owner, (client) => describeShortage(client, config.webConcurrency));
      if (shortage) failed(shortage);
    }
    // Of the jobs; the requests are counted by the processes.
    const registry = config.metricsPort === undefined ? undefined : new Registry();
    undo.push(await exposeMetrics(config, registry, { hasProcesses: true }));
    await serveInProcesses({ count: config.webConcurrency, databaseUrls: database.urls, logger }, undo);
    served = { url: config.rootUrl, registry, ready: async () => {} };
  } else {
    say('Building the GraphQL schema');
    // A server process says what goes wrong at once, and not only in the log.
    const news = { say: step, done, failed };
    served = await serve({ config, logger, databaseUrls: database.urls, watch: flags.watch, news }, undo);
  }

  if (isAll) {
    const { startWorker } = await import('../worker/start-worker.ts');
    const worker = await startWorker({
      config,
      logger,
      connectionString: database.urls.owner,
      registry: served.registry,
    });
    undo.push(() => worker.stop());
  }
  if (flags.watch) undo.push(await followCurrent(database.urls, { step, done, failed }));
  await served.ready();
  if (cluster.isWorker) return;

  done(`Rowgate answers at ${bold(`${served.url}/graphql`)}`);
  if (config.isProduction) return;
  console.log(`  start here ${bold(`${served.url}/`)}`);
  console.log(`  GraphiQL   ${bold(`${served.url}/graphiql`)}`);
  console.log(`  mails      ${bold(config.mail.smtpUrl ? 'sent by SMTP_URL' : `${served.url}/dev/mail`)}`);
  console.log(
    `  database   ${dim(database.isEmbedded ? 'embedded; `npm run --silent db:url` prints its URL' : 'DATABASE_URL')}`,
  );
  console.log(`  stop       ${dim('Ctrl-C')}`);
});
