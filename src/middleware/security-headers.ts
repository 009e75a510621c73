import { randomBytes } from 'node:crypto';
import type { Express } from 'express';
import helmet from 'helmet';
import type { Deps } from '../deps.ts';

/**
 * Headers that tell browsers what not to do with our answers. Scripts run only with this answer's nonce; nothing is
 * loaded from elsewhere, framed or cached. GraphiQL's editor needs inline styles and workers, in development only.
 */
export function installSecurityHeaders(app: Express, { config }: Deps): void {
  app.disable('x-powered-by');

  const isProduction = config.isProduction;
  const protect = helmet({
    strictTransportSecurity: isProduction ? { maxAge: 31_536_000, includeSubDomains: true } : false,
    referrerPolicy: { policy: 'no-referrer' },
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        frameAncestors: ["'none'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
        ...(isProduction
          ? {}
          : {
              connectSrc: ["'self'"],
              fontSrc: ["'self'", 'data:'],
              imgSrc: ["'self'", 'data:'],
              manifestSrc: ["'self'"],
              scriptSrc: [
                "'self'",
                (_req, res) => `'nonce-${(res as { locals?: { cspNonce?: string } }).locals?.cspNonce}'`,
              ],
              styleSrc: ["'self'", "'unsafe-inline'"],
              workerSrc: ["'self'", 'blob:'],
            }),
      },
    },
  });

  app.use((req, res, next) => {
    if (!isProduction) res.locals.cspNonce = randomBytes(16).toString('base64');
    res.setHeader('cache-control', 'no-store');
    protect(req, res, next);
  });
}
