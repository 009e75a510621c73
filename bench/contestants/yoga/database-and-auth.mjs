import { scryptSync, timingSafeEqual } from 'node:crypto';
import { betterAuth } from 'better-auth';
import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import { POOL_SIZE, SECRET } from '../settings.ts';

// Plain JavaScript in this folder on purpose: checking the project's types must not need this contestant's packages,
// which are installed only for a benchmark.

const cheapHash = (password) => scryptSync(password, SECRET, 32, { N: 16 });

/** The query builder and the sessions, on one pool. */
export function makeDatabaseAndAuth(connectionString) {
  const pool = new pg.Pool({
    connectionString,
    max: POOL_SIZE,
    options: '-c search_path=better_auth,app_public,public',
  });
  const db = new Kysely({ dialect: new PostgresDialect({ pool }) });
  const auth = betterAuth({
    baseURL: 'http://localhost',
    secret: SECRET,
    database: { db, type: 'postgres' },
    // Logging in is not measured, so passwords are hashed cheaply, as everywhere in this benchmark.
    emailAndPassword: {
      enabled: true,
      password: {
        hash: async (password) => cheapHash(password).toString('hex'),
        verify: async ({ hash, password }) => timingSafeEqual(Buffer.from(hash, 'hex'), cheapHash(password)),
      },
    },
    // With joins, session and user come by one statement instead of two. Its cookie cache is left off, as it is by
    // default: with it, a session that was ended goes on for minutes.
    advanced: { database: { joins: true, generateId: 'uuid' } },
    // Guards its own routes only; here all logins come from one address.
    rateLimit: { enabled: false },
  });
  return { db, auth };
}
