import { createServer, type Server } from 'node:http';
import express, { type Request, type Response } from 'express';
import type { GraphQLSchema } from 'graphql';
import type { Config } from './config.ts';
import { makeDeps } from './deps.ts';
import { makeGraphqlService } from './graphile/graphql-service.ts';
import type { SchemaNews } from './graphile/live-schema.ts';
import { makePreset } from './graphile/preset.ts';
import { installUpgrades, mayUpgrade } from './live-queries/upgrades.ts';
import type { Logger } from './logger.ts';
import { installBackPressure } from './middleware/back-pressure.ts';
import { installCookies } from './middleware/cookies.ts';
import { installCors } from './middleware/cors.ts';
import { installCsrf } from './middleware/csrf.ts';
import { answerNotFound, installErrors } from './middleware/errors.ts';
import { installGraphql } from './middleware/graphql.ts';
import { installHealth } from './middleware/health.ts';
import { installJwks } from './middleware/jwks.ts';
import { installMalformedHttp } from './middleware/malformed-http.ts';
import { installProxyCheck } from './middleware/proxy-check.ts';
import { installRateLimits } from './middleware/rate-limits.ts';
import { installRequestContent } from './middleware/request-content.ts';
import { installRequestLog } from './middleware/request-log.ts';
import { installSecurityHeaders } from './middleware/security-headers.ts';
import { installSessions } from './middleware/sessions.ts';
import { installTokenMode } from './middleware/token-mode.ts';
import type { Pools } from './pools.ts';
import type { Metrics } from './telemetry/metrics.ts';
import { toTrustSetting } from './trust-proxy.ts';

/** Bytes of all headers of a request: twice Node's default, for hosts whose other applications set cookies, too. */
const MAX_HEADER_SIZE = 32 * 1024;
/**
 * Milliseconds that the headers of a request, and all of it, may take to arrive. 100 kB in 15 s are 53 kbit/s; whoever
 * is slower holds a connection on purpose.
 */
const SLOWEST_REQUEST = {
  headersTimeout: 10_000,
  requestTimeout: 15_000,
  connectionsCheckingInterval: 1_000,
};

/**
 * Milliseconds in which not a byte has moved on a connection, when it is closed: a client that does not read its answer
 * would hold it for ever. Longer than any request takes without writing; `ws` takes websockets, which ping, out of it.
 */
const SILENCE = 60_000;

export type RowgateServer = {
  httpServer: Server;
  /** What clients can ask for at the moment. With `watch` it changes, and the first may be long in coming. */
  schema(): Promise<GraphQLSchema>;
  /** Null without METRICS_PORT. */
  metrics: Metrics | null;
  /** Closes the websockets, which do not end by themselves, and lets no more in. */
  closeSockets(): Promise<void>;
  release(): Promise<void>;
};

type Options = {
  /** Follows changes of the database; the server is there before its schema, which may have to be corrected first. */
  watch?: boolean;
  /** The owner of the schema, for the development pages only; a request is never served as the owner. */
  ownerUrl?: string | undefined;
  /** Where it is said that the schema cannot be built; the log by default. */
  news?: SchemaNews;
};

/**
 * Builds the whole server without listening; tests build the same one. The pools stay the caller's to end. Without `watch` it
 * is there once it can answer GraphQL requests.
 *
 * @throws StartError when the GraphQL schema cannot be built
 */
export async function makeServer(
  given: { config: Config; pools: Pools; logger: Logger },
  { watch = false, ownerUrl, news = newsInLog(given.logger) }: Options = {},
): Promise<RowgateServer> {
  const deps = makeDeps(given);
  const graphql = makeGraphqlService(makePreset(deps, { watch }), { watch, news });
  const releaseAll = async () => {
    await graphql.release();
    await deps.release();
  };
  const app = express();
  const limits = { maxHeaderSize: MAX_HEADER_SIZE, ...SLOWEST_REQUEST };
  const httpServer = createServer({ ...limits, shouldUpgradeCallback: mayUpgrade }, (req, res) =>
    app(req as Request, res as Response, () => answerNotFound(res as Response)),
  );
  httpServer.timeout = SILENCE;
  app.set('trust proxy', toTrustSetting(deps.config.trustProxy));

  installMalformedHttp(httpServer);
  // A websocket begins as a request like any other, and passes everything below.
  installUpgrades(httpServer, app);
  installRequestLog(app, deps);
  installSecurityHeaders(app, deps);
  // Before every refusal, so that pages of other origins can read it.
  installCors(app, deps);
  installRequestContent(app);
  // Before anything that needs a database or a cookie: a supervisor has neither.
  installHealth(app, deps, graphql.schema);
  installProxyCheck(app, deps);
  installRateLimits(app, deps);
  // Before work is done for a request that could not be served.
  installBackPressure(app, deps);
  installJwks(app, deps);
  installCookies(app, deps);
  // Before CSRF, which protects cookies only.
  installTokenMode(app, deps);
  // Before sessions: a forged request is not worth a look into the store.
  installCsrf(app, deps);
  installSessions(app, deps);
  const sockets = await installGraphql(app, deps, httpServer, graphql);
  // Not even loaded in production.
  if (!deps.config.isProduction)
    (await import('./middleware/development-pages.ts')).installDevelopmentPages(app, deps, { ownerUrl });
  // Last: what nothing above has answered.
  installErrors(app, deps);

  if (!watch)
    await graphql.schema.ready().catch(async (error) => {
      await releaseAll();
      throw error;
    });
  return {
    httpServer,
    metrics: deps.metrics,
    schema: () => graphql.schema.ready().then((first) => graphql.schema.current ?? first),
    closeSockets: () => sockets.close(),
    async release() {
      await sockets.close();
      await releaseAll();
    },
  };
}

function newsInLog(logger: Logger): SchemaNews {
  return {
    say: (message) => logger.warn(message),
    done: (message) => logger.warn(message),
    failed: (message) => logger.error(message),
  };
}
