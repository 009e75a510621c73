import type { Server } from 'node:http';
import type { Express, Request } from 'express';
import { LRUCache } from 'lru-cache';
import type { Deps } from '../deps.ts';
import { CodedError } from '../graphile/error-codes.ts';
import type { GraphqlService } from '../graphile/graphql-service.ts';
import { makeSockets, type Sockets } from '../live-queries/sockets.ts';
import { isUpgrade } from '../live-queries/upgrades.ts';

const MEDIA_TYPES = ['application/graphql-response+json', 'application/json'];

/** A parameter that the answer fulfils, and that `accepts` takes for another media type. */
const UTF_8 = /;\s*charset\s*=\s*"?utf-?8"?/gi;

/** How many different `Accept` headers a process remembers, and of how many characters. */
const REMEMBERED = { headers: 100, length: 500 };

const NO_SCHEMA = 'The GraphQL schema is not built yet; the terminal in which the server runs says why.';

/** Works out what a client accepts; most send the same header as the one before. */
function makeChooseMediaType(): (req: Request) => string | false {
  const known = new LRUCache<string, { mediaType: string | false }>({ max: REMEMBERED.headers });
  return (req) => {
    const header = (req.headers.accept ?? '*/*').replace(UTF_8, '');
    req.headers.accept = header;
    const choice = known.get(header) ?? { mediaType: req.accepts(MEDIA_TYPES) };
    if (header.length <= REMEMBERED.length) known.set(header, choice);
    return choice.mediaType;
  };
}

/** Mounts PostGraphile: `/graphql`, its websockets, and in development `/graphiql`. */
export async function installGraphql(
  app: Express,
  deps: Deps,
  httpServer: Server,
  { serv, schema }: GraphqlService,
): Promise<Sockets> {
  const sockets = makeSockets(deps, serv);
  const chooseMediaType = makeChooseMediaType();

  app.use('/graphql', (req, res, next) => {
    const isEventStream = req.path === '/stream';
    if (isEventStream) return next();
    // Only while watching: the terminal says why there is none yet.
    if (!schema.current) return next(new CodedError('UNAVAILABLE', NO_SCHEMA));
    if (req.method !== 'POST') {
      if (isUpgrade(req)) return sockets.accept(req).catch(next);
      res.setHeader('allow', 'POST');
      if (req.method === 'OPTIONS') return void res.status(204).end();
      return next(new CodedError('BAD_REQUEST', 'Send GraphQL as a POST request.', {}, 405));
    }
    const mediaType = chooseMediaType(req);
    if (!mediaType) return next(new CodedError('BAD_REQUEST', 'The answer is JSON; accept it.', {}, 406));
    // grafserv throws at a header that it cannot parse.
    req.headers.accept = mediaType;
    return next();
  });

  // Without its websocket handler: upgrades would pass by every middleware above, and hold every operation.
  await serv.addTo(app, httpServer, false);
  await serv.ready();
  return sockets;
}
