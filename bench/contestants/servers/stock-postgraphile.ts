import { createServer } from 'node:http';
import { PgSimplifyInflectionPreset } from '@graphile/simplify-inflection';
import express from 'express';
import { postgraphile } from 'postgraphile';
import { makePgService } from 'postgraphile/adaptors/pg';
import { grafserv } from 'postgraphile/grafserv/express/v4';
import { PostGraphileAmberPreset } from 'postgraphile/presets/amber';
import { POOL_SIZE, type StartContestant } from '../settings.ts';

/** PostGraphile in Express as its documentation mounts it, with the settings of one user for every request. */
export const start: StartContestant = async ({ authenticatorUrl, constantUserId }) => {
  const preset: GraphileConfig.Preset = {
    // The inflection only gives fields the names that the other contestants use.
    extends: [PostGraphileAmberPreset, PgSimplifyInflectionPreset],
    pgServices: [
      makePgService({
        connectionString: authenticatorUrl,
        schemas: ['app_public'],
        poolConfig: { max: POOL_SIZE },
      }),
    ],
    grafast: { context: () => ({ pgSettings: { role: 'webuser', 'app.user_id': constantUserId } }) },
  };

  const serv = postgraphile(preset).createServ(grafserv);
  const app = express();
  const server = createServer(app);
  await serv.addTo(app, server);
  await serv.ready();
  return server;
};
