import type { Server } from 'node:http';
import type { Express } from 'express';
import type { PostGraphileInstance } from 'postgraphile';
import { grafserv } from 'postgraphile/grafserv/express/v4';
import { CodedError } from '../graphile/error-codes.ts';

const MEDIA_TYPES = ['application/graphql-response+json', 'application/json'];

/** Mounts PostGraphile: `/graphql`, and in development `/graphiql`. */
export async function installGraphql(
  app: Express,
  httpServer: Server,
  postgraphile: PostGraphileInstance,
): Promise<void> {
  app.use('/graphql', (req, res, next) => {
    const isEventStream = req.path === '/stream';
    if (isEventStream) return next();
    if (req.method !== 'POST') {
      res.setHeader('allow', 'POST');
      return next(new CodedError('BAD_REQUEST', 'Send GraphQL as a POST request.', {}, 405));
    }
    const mediaType = req.accepts(MEDIA_TYPES);
    if (!mediaType) return next(new CodedError('BAD_REQUEST', 'The answer is JSON; accept it.', {}, 406));
    // grafserv throws at a header that it cannot parse.
    req.headers.accept = mediaType;
    return next();
  });

  const serv = postgraphile.createServ(grafserv);
  // Without its websocket handler: upgrades would pass by every middleware above.
  await serv.addTo(app, httpServer, false);
  await serv.ready();
}
