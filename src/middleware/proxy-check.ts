import type { Express } from 'express';
import type { Deps } from '../deps.ts';

const HEADERS = ['x-forwarded-for', 'x-forwarded-proto', 'x-forwarded-host', 'forwarded'];

/** Says once, in the log, that a proxy stands in front which TRUST_PROXY does not name: otherwise only its effects show. */
export function installProxyCheck(app: Express, { config, logger }: Deps): void {
  if (config.trustProxy !== false) return;
  let isSaid = false;
  app.use((req, _res, next) => {
    if (!isSaid && HEADERS.some((name) => req.headers[name] !== undefined)) {
      isSaid = true;
      const cookies = config.isProduction ? ', and no session cookie can be set' : '';
      logger.warn(
        `Requests come through a proxy, but TRUST_PROXY is not set: all clients share its address and one rate limit${cookies}. Set TRUST_PROXY to the number of proxies in front.`,
      );
    }
    next();
  });
}
