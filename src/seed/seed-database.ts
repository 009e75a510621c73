import { readFile } from 'node:fs/promises';
import type pg from 'pg';
import { requireMigrated } from '../database/require-migrated.ts';
import { StartError } from '../errors.ts';

/** Of every demo user; `insert-demo.sql` hashes it. */
export const DEMO_PASSWORD = 'rowgate demo';

/** The user names of the demo users, and what is special about each. */
export const DEMO_USERS = {
  'demo-ada': 'an administrator',
  'demo-ben': 'logged in at three places; boards, posts',
  'demo-chloe': 'a second e-mail, unverified; a token that only reads',
  'demo-dan': 'an unverified e-mail',
  'demo-eve': 'suspended',
  'demo-finn': 'nothing special',
};

const read = (name: string) => readFile(new URL(name, import.meta.url), 'utf8');

/**
 * Adds people and an example to look at: what is there already stays as it is.
 *
 * @param client of the owner of the schema
 * @throws StartError `NOT_MIGRATED`, or `NAME_TAKEN` when somebody else has the name of a demo user
 */
export async function addDemo(client: pg.ClientBase): Promise<void> {
  await inTransaction(client, async () => {
    const { rows } = await client.query<{ exists: boolean }>(
      `select to_regclass('app_public.demo_boards') is not null as exists`,
    );
    if (!rows[0]?.exists) await client.query(await read('create-demo.sql'));
    await client.query(await read('insert-demo.sql'));
  });
}

/** Removes what `addDemo` has added, with all that belongs to its users; nothing else. */
export async function removeDemo(client: pg.ClientBase): Promise<void> {
  await inTransaction(client, async () => {
    await client.query(await read('remove-demo.sql'));
  });
}

async function inTransaction(client: pg.ClientBase, work: () => Promise<void>): Promise<void> {
  await requireMigrated(client);
  await client.query('begin');
  try {
    await work();
    // A server that watches reads the schema again.
    await client.query('notify postgraphile_watch');
    await client.query('commit');
  } catch (error) {
    await client.query('rollback');
    if ((error as { constraint?: string }).constraint !== 'users_username_key') throw error;
    throw new StartError(
      'NAME_TAKEN',
      'A user name that begins with demo- is taken by somebody else; rename that account.',
    );
  }
}
