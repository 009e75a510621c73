import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { loadConfig } from '../config.ts';
import { openDatabaseUntilEnd } from '../database/open-database.ts';
import { requireMigrated } from '../database/require-migrated.ts';
import { withClient } from '../database/with-client.ts';
import { printGraphqlSchema } from '../graphile/print-graphql-schema.ts';
import { makeLogger } from '../logger.ts';
import { makePools } from '../pools.ts';
import { runOnce } from '../run.ts';
import { makeServer } from '../server.ts';
import { done, failed, step } from '../terminal.ts';

const file = fileURLToPath(new URL('../schema.graphql', import.meta.url));

await runOnce(async (undo) => {
  const config = loadConfig();
  const logger = makeLogger(config);
  const { urls } = await openDatabaseUntilEnd(undo, config, step);
  await withClient(urls.owner, requireMigrated);
  // As the server: it shows what the web roles can reach, and nothing else.
  const pools = makePools(urls.authenticator, logger);
  undo.push(() => pools.end());
  const server = await makeServer({ config, pools, logger }, { news: { say: step, done, failed } });
  undo.push(() => server.release());
  await writeFile(file, printGraphqlSchema(await server.schema()));
  done('src/schema.graphql is the schema of this database.');
});
