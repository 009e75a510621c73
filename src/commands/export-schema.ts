import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { loadConfig } from '../config.ts';
import { openDatabase } from '../database/open-database.ts';
import { requireMigrated } from '../database/require-migrated.ts';
import { withClient } from '../database/with-client.ts';
import { printGraphqlSchema } from '../graphile/print-graphql-schema.ts';
import { makeLogger } from '../logger.ts';
import { makePools } from '../pools.ts';
import { run } from '../run.ts';
import { makeServer } from '../server.ts';
import { done, step } from '../terminal.ts';

const file = fileURLToPath(new URL('../schema.graphql', import.meta.url));

await run(async () => {
  const config = loadConfig();
  const logger = makeLogger(config);
  const database = await openDatabase(config, step);
  // As the server: it shows what the web roles can reach, and nothing else.
  const pools = makePools(database.urls.authenticator, logger);
  try {
    await withClient(database.urls.owner, requireMigrated);
    const server = await makeServer({ config, pools, logger });
    await writeFile(file, printGraphqlSchema(await server.schema()));
    await server.release();
    done('src/schema.graphql is the schema of this database.');
  } finally {
    await pools.end();
    await database.close();
  }
});
