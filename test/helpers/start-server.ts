import type { DestinationStream } from 'pino';
import { listen } from '../../src/listen.ts';
import { makeLogger } from '../../src/logger.ts';
import { makePools } from '../../src/pools.ts';
import { makeServer } from '../../src/server.ts';
import { exposeMetrics } from '../../src/telemetry/expose-metrics.ts';
import { HttpClient } from './http-client.ts';
import { testConfig } from './test-config.ts';

/** The server on a database that the test has made in its own way, e.g. behind a pooler. */
export async function startServer(
  databaseUrl: string,
  environment: Record<string, string> = {},
  logTo?: DestinationStream,
) {
  const config = testConfig(environment);
  const logger = makeLogger(config, logTo);
  const pools = makePools(databaseUrl, logger, { replica: config.database.readUrl });
  const server = await makeServer({ config, pools, logger });
  const hideMetrics = await exposeMetrics(config, server.metrics?.registry);
  const { url, close } = await listen(server.httpServer, config);
  return {
    url,
    httpServer: server.httpServer,
    metrics: server.metrics,
    /** A new client, with an empty cookie jar. `headers` go with every request of it. */
    client: (headers: Record<string, string> = {}) => new HttpClient(server.httpServer, headers),
    async close(): Promise<void> {
      server.httpServer.closeAllConnections();
      await close();
      await hideMetrics();
      await server.release();
      await pools.end();
    },
  };
}
