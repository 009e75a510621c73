import { collectDefaultMetrics, Registry } from 'prom-client';
import { loadConfig } from '../src/config.ts';
import { openDatabaseUntilEnd } from '../src/database/open-database.ts';
import { makeLogger } from '../src/logger.ts';
import { run } from '../src/run.ts';
import { exposeMetrics } from '../src/telemetry/expose-metrics.ts';
import { done, step } from '../src/terminal.ts';
import { startWorker } from './start-worker.ts';

await run(async (undo) => {
  const config = loadConfig();
  const logger = makeLogger(config);
  if (config.mocks) {
    const { startMocks } = await import('../mocks/start-mocks.ts');
    const mocks = startMocks();
    undo.push(async () => mocks.close());
  }
  const database = await openDatabaseUntilEnd(undo, config, step);
  const registry = config.metricsPort === undefined ? undefined : new Registry();
  if (registry) collectDefaultMetrics({ register: registry });
  const worker = await startWorker({ config, logger, connectionString: database.urls.owner, registry });
  undo.push(() => worker.stop());
  undo.push(await exposeMetrics(config, registry));
  done('The worker runs. Stop it with Ctrl-C.');
});
