import type { Server } from 'node:http';
import type { Express } from 'express';
import type { PostGraphileInstance } from 'postgraphile';
import { grafserv } from 'postgraphile/grafserv/express/v4';
import { CodedError } from '../graphile/error-codes.ts';

/** Mounts PostGraphile: `/graphql`, and in development `/graphiql`. */
export async function installGraphql(
  app: Express,
  httpServer: Server,
  postgraphile: PostGraphileInstance,
): Promise<void> {
  app.use('/graphql', (req, res, next) => {
    const isEventStream = req.path === '/stream';
    if (req.method === 'POST' || isEventStream) return next();
    res.setHeader('allow', 'POST');
    return next(new CodedError('BAD_REQUEST', 'Send GraphQL as a POST request.', {}, 405));
  });

  const serv = postgraphile.createServ(grafserv);
  // Without its websocket handler: upgrades would pass by every middleware above.
  await serv.addTo(app, httpServer, false);
  await serv.ready();
}
