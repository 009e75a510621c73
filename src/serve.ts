import type { Registry } from 'prom-client';
import type { Config } from './config.ts';
import type { DatabaseUrls } from './database/urls.ts';
import type { SchemaNews } from './graphile/live-schema.ts';
import { listen } from './listen.ts';
import type { Logger } from './logger.ts';
import { makePools } from './pools.ts';
import { makeServer } from './server.ts';
import type { Undo } from './stop-on-signals.ts';
import { exposeMetrics } from './telemetry/expose-metrics.ts';
import { startTracing } from './telemetry/tracing.ts';

export type Served = {
  url: string;
  /** Where its metrics are. */
  registry: Registry | undefined;
  /** Resolves once GraphQL requests are answered; only with `watch` is that later than the server. */
  ready(): Promise<unknown>;
};

/**
 * Builds a server and opens it to requests.
 *
 * @param undo what undoes it is added here.
 */
export async function serve(
  {
    config,
    logger,
    databaseUrls,
    watch,
    news,
  }: {
    config: Config;
    logger: Logger;
    databaseUrls: Omit<DatabaseUrls, 'root'>;
    watch: boolean;
    news: SchemaNews;
  },
  undo: Undo,
): Promise<Served> {
  undo.push(await startTracing(config.tracesEndpoint));
  const pools = makePools(databaseUrls.authenticator, logger, { replica: config.database.readUrl });
  undo.push(() => pools.end());
  const server = await makeServer({ config, pools, logger }, { watch, ownerUrl: databaseUrls.owner, news });
  undo.push(() => server.release());
  undo.push(await exposeMetrics(config, server.metrics?.registry));
  const address = await listen(server.httpServer, config);
  undo.push(address.close);
  undo.push(() => server.closeSockets());
  return { url: address.url, registry: server.metrics?.registry, ready: () => server.schema() };
}
