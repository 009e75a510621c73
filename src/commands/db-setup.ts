import { loadConfig } from '../config.ts';
import { setupRoles } from '../database/setup-roles.ts';
import { StartError } from '../errors.ts';
import { run } from '../run.ts';
import { done } from '../terminal.ts';

await run(async () => {
  const { url, ownerUrl, rootUrl } = loadConfig().database;
  if (!url || !ownerUrl || !rootUrl) {
    throw new StartError(
      'INVALID_CONFIGURATION',
      'Set DATABASE_URL, DATABASE_OWNER_URL and ROOT_DATABASE_URL: db:setup creates the roles and the database that the first two name. The embedded PostgreSQL needs no setup.',
    );
  }
  await setupRoles({ authenticator: url, owner: ownerUrl, root: rootUrl });
  done('The roles and the database are set up. Next: npm run migrate');
});
