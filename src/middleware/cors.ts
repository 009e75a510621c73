import cors from 'cors';
import type { Express, RequestHandler } from 'express';
import type { Deps } from '../deps.ts';

/** Lets pages of the listed origins, and no others, call the API with the user's cookie. */
export function installCors(app: Express, { config }: Deps): void {
  const origins = new Set(config.allowedOrigins);
  if (origins.size === 0) return;
  const allow = cors({
    origin: [...origins],
    credentials: true,
    methods: ['GET', 'POST'],
    exposedHeaders: ['x-csrf-token', 'x-wrote-at', 'retry-after'],
    maxAge: 600,
  });
  const allowListed: RequestHandler = (req, res, next) => {
    const { origin } = req.headers;
    const isPreflight = req.headers['access-control-request-method'] !== undefined;
    // What a cache keeps for one origin is not for another, whether or not it is allowed.
    res.vary('Origin');
    if (origin === undefined || !origins.has(origin)) return next();
    if (req.method === 'OPTIONS' && !isPreflight) return next();
    // A listed origin may be on the internet, and this server in a private network: Chrome asks for both.
    if (isPreflight && req.headers['access-control-request-private-network'] === 'true')
      res.setHeader('access-control-allow-private-network', 'true');
    return allow(req, res, next);
  };
  app.use(allowListed);
}
