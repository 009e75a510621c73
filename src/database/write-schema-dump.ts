import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { dumpSchema } from './schema-dump.ts';
import { withClient } from './with-client.ts';

/** `migrations/schema.sql`, as an absolute path. */
export const SCHEMA_DUMP_FILE = fileURLToPath(new URL('../../migrations/schema.sql', import.meta.url));
/** The schemas whose objects, rights and policies that file has: the project's own, not those of its libraries. */
export const DUMPED_SCHEMAS = ['app_public', 'app_hidden', 'app_private'];

/** Writes migrations/schema.sql: what the migrations amount to, for reviewers; a test compares it. */
export async function writeSchemaDump(ownerUrl: string): Promise<void> {
  await writeFile(
    SCHEMA_DUMP_FILE,
    await withClient(ownerUrl, (client) => dumpSchema(client, { schemas: DUMPED_SCHEMAS })),
  );
}
