import { createServer } from 'node:http';
import { PgSimplifyInflectionPreset } from '@graphile/simplify-inflection';
import connectPgSimple from 'connect-pg-simple';
import express, { type Request } from 'express';
import expressSession from 'express-session';
import pg from 'pg';
import { postgraphile } from 'postgraphile';
import { makePgService } from 'postgraphile/adaptors/pg';
import { grafserv } from 'postgraphile/grafserv/express/v4';
import { PostGraphileAmberPreset } from 'postgraphile/presets/amber';
import { POOL_SIZE, SECRET, type StartContestant } from '../settings.ts';

/**
 * What one would otherwise write: PostGraphile behind express-session, whose store is connect-pg-simple with its
 * defaults, and a look at the session's row before each operation.
 */
export const start: StartContestant = async ({ authenticatorUrl }) => {
  const pool = new pg.Pool({ connectionString: authenticatorUrl, max: POOL_SIZE });
  const PgStore = connectPgSimple(expressSession);
  const app = express();
  app.use(
    expressSession({
      store: new PgStore({ pool, schemaName: 'express_session' }),
      secret: SECRET,
      resave: false,
      saveUninitialized: false,
      cookie: { maxAge: 30 * 24 * 60 * 60 * 1000 },
    }),
  );
  app.post('/login', express.json(), async (req, res) => {
    const sessionId = await logIn(pool, req.body);
    req.session.sessionId = sessionId;
    res.sendStatus(204);
  });

  const preset: GraphileConfig.Preset = {
    extends: [PostGraphileAmberPreset, PgSimplifyInflectionPreset],
    pgServices: [makePgService({ pool, schemas: ['app_public'] })],
    grafast: {
      async context(requestContext) {
        const { req } = requestContext.expressv4 as { req: Request };
        const { rows } = await pool.query('select role, user_id from app_private.resolve_session($1)', [
          req.session.sessionId,
        ]);
        return { pgSettings: { role: rows[0].role, 'app.user_id': rows[0].user_id } };
      },
    },
  };
  const serv = postgraphile(preset).createServ(grafserv);
  const server = createServer(app);
  await serv.addTo(app, server);
  await serv.ready();
  return server;
};

async function logIn(
  pool: pg.Pool,
  { username, password }: { username: string; password: string },
): Promise<string> {
  const client = await pool.connect();
  try {
    await client.query('begin; set local role anonymous');
    const { rows } = await client.query('select id from app_public.login($1, $2)', [username, password]);
    await client.query('commit');
    return rows[0].id;
  } finally {
    client.release();
  }
}
