import connectPgSimple from 'connect-pg-simple';
import { RedisStore } from 'connect-redis';
import expressSession, { type Store } from 'express-session';
import type { Deps } from '../deps.ts';

/** Where express-session keeps which session a cookie names: Redis if there is one, else PostgreSQL. */
export function makeCookieStore({ pools, redis, logger }: Pick<Deps, 'pools' | 'redis' | 'logger'>): Store {
  // Activity is kept in app_public.sessions, so neither store is touched.
  if (redis) return new RedisStore({ client: redis, prefix: 'rowgate:cookie:', disableTouch: true });

  const PgStore = connectPgSimple(expressSession);
  return new PgStore({
    pool: pools.data,
    schemaName: 'app_private',
    tableName: 'cookie_sessions',
    disableTouch: true,
    // A scheduled job of the worker does it.
    pruneSessionInterval: false,
    errorLog: (message: unknown) => logger.error({ reason: String(message) }, 'cookie store'),
  });
}
