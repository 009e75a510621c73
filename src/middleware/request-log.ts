import type { Express } from 'express';
import { cutOff } from '../cut-off.ts';
import type { Deps } from '../deps.ts';
import { factsOf } from '../telemetry/request-facts.ts';
import { endRequestSpan, startRequestSpan } from '../telemetry/tracing.ts';

/** One line a request: what, as which role, how it ended, how long it took. Never headers, bodies or query strings. */
export function installRequestLog(app: Express, { config, logger, metrics }: Deps): void {
  app.use((req, res, next) => {
    const facts = factsOf(req);
    if (config.tracesEndpoint) facts.span = startRequestSpan(req);
    res.once('close', () => {
      if (!req.complete) cutOff(req);
      const isOperation = req.method === 'POST' && req.path === '/graphql';
      if (isOperation) metrics?.count(facts, res.statusCode);
      if (facts.span) endRequestSpan(facts.span, facts, res.statusCode);
      if (!logger.isLevelEnabled('info')) return;
      const { requestId, address, startedAt, operationType, operationName, role, userId, codes } = facts;
      const duration = Math.round(performance.now() - startedAt);
      logger.info(
        {
          requestId,
          method: req.method,
          path: req.path,
          status: res.statusCode,
          duration,
          address,
          ...(isOperation ? { operationType, operationName, role, userId, codes } : {}),
        },
        'request',
      );
    });
    next();
  });
}
