import { getMigrations } from 'better-auth/db/migration';
import pg from 'pg';
import { makeDatabaseAndAuth } from './database-and-auth.mjs';

/** Makes better-auth's tables, and in them the accounts with the ids that their posts know them by. */
export async function prepare({ ownerUrl, accounts }) {
  const { db, auth } = makeDatabaseAndAuth(ownerUrl);
  const { runMigrations } = await getMigrations(auth.options);
  await runMigrations();

  const context = await auth.$context;
  const client = new pg.Client({ connectionString: ownerUrl });
  await client.connect();
  for (const { id, username, password } of accounts) {
    const hash = await context.password.hash(password);
    await client.query(
      `with made as (
        insert into better_auth."user" (id, name, email, "emailVerified")
        values ($1, $2, $3, true) returning id
      )
      insert into better_auth.account (id, "accountId", "providerId", "userId", password, "updatedAt")
      select gen_random_uuid(), id, 'credential', id, $4, now() from made`,
      [id, username, `${username}@example.com`, hash],
    );
  }
  await client.end();
  await db.destroy();
}
