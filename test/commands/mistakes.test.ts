import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { requireMigrated } from '../../src/database/require-migrated.ts';
import { withClient } from '../../src/database/with-client.ts';
import { withTestDatabase } from '../helpers/test-database.ts';

describe('a mistake at the terminal', () => {
  it.each(['src/main.ts', 'src/commands/seed.ts', 'src/commands/migrate-commit.ts'])(
    'is one line and no stack: an option that %s does not have',
    async (file) => {
      const failure = await promisify(execFile)(process.execPath, [file, '--bogus']).catch((error) => error);
      expect(failure).toMatchObject({ code: 1, stderr: "Unknown option '--bogus'\n" });
    },
  );

  it('is told with the next step: a database on which no migration has run', async () => {
    await withTestDatabase(async ({ owner }) => {
      await withClient(owner, requireMigrated);
      await withClient(owner, (client) => client.query('alter schema app_public rename to elsewhere'));
      await expect(withClient(owner, requireMigrated)).rejects.toMatchObject({
        code: 'NOT_MIGRATED',
        message: expect.stringContaining('npm run migrate'),
      });
    });
  });
});
