import { randomBytes } from 'node:crypto';
import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import type { Express } from 'express';
import helmet from 'helmet';
import type { Deps } from '../deps.ts';

/** Headers about pages: their links, their plug-ins, their processes, and a filter that browsers have no more. */
const WITHOUT_PAGES = {
  xDnsPrefetchControl: false,
  xDownloadOptions: false,
  xPermittedCrossDomainPolicies: false,
  xXssProtection: false,
  originAgentCluster: false,
} as const;

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
    // In production every answer is JSON, for which these say nothing.
    ...(isProduction ? WITHOUT_PAGES : {}),
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

  if (isProduction) {
    // The same for every answer, so they are worked out once.
    const headers = new Map(headersOf(protect)).set('cache-control', 'no-store');
    app.use((_req, res, next) => {
      res.setHeaders(headers);
      next();
    });
    return;
  }
  app.use((req, res, next) => {
    res.locals.cspNonce = randomBytes(16).toString('base64');
    res.setHeader('cache-control', 'no-store');
    protect(req, res, next);
  });
}

/** What a middleware sets, whatever the request. */
function headersOf(protect: ReturnType<typeof helmet>): Array<[string, string]> {
  const response = new ServerResponse(new IncomingMessage(new Socket()));
  protect(response.req, response, () => {});
  return Object.entries(response.getHeaders()).map(([name, value]) => [name, String(value)]);
}
