import { parseArgs } from 'node:util';
import { loadConfig } from '../config.ts';
import { changeRole, type Role } from '../database/change-role.ts';
import { openDatabaseUntilEnd } from '../database/open-database.ts';
import { withClient } from '../database/with-client.ts';
import { StartError } from '../errors.ts';
import { runOnce } from '../run.ts';
import { done, step } from '../terminal.ts';

const ROLES: Record<string, Role> = { grant: 'administrator', revoke: 'user' };

await runOnce(async (undo) => {
  const [action, name, ...rest] = parseArgs({ allowPositionals: true, strict: false }).positionals;
  const role = Object.hasOwn(ROLES, action ?? '') ? ROLES[action as string] : undefined;
  if (!role || !name || rest.length > 0) {
    throw new StartError(
      'INVALID_INPUT',
      'Say who: npm run admin -- grant EMAIL, or npm run admin -- revoke EMAIL. A user name does as well.',
    );
  }

  const { urls } = await openDatabaseUntilEnd(undo, loadConfig(), step);
  const { username, hasChanged } = await withClient(urls.owner, (client) => changeRole(client, name, role));
  const state = role === 'administrator' ? 'an administrator' : 'an ordinary user';
  done(
    hasChanged
      ? `${username} is now ${state}, from the next request on.`
      : `${username} is ${state} already; nothing was changed.`,
  );
});
