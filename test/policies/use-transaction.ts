import { readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, beforeEach } from '@jest/globals';
import pg from 'pg';
import { makeRoom } from '../helpers/make-room.ts';
import { createTestDatabase, type TestDatabase } from '../helpers/test-database.ts';

export const readFixture = (name: string): string =>
  readFileSync(new URL(`./fixtures/${name}`, import.meta.url), 'utf8');

/** The example of docs/policies.md, whose table a team may have as well. */
export const workedExample = (): string => {
  const sql = readFixture('worked-example.sql');
  return makeRoom(sql) + sql;
};

/**
 * A superuser's connection to a clone of the database, in a transaction for each test that is rolled back: roles are
 * the whole cluster's, and none may stay.
 */
export function useTransaction(): { readonly client: pg.Client; readonly database: TestDatabase } {
  let database: TestDatabase;
  let client: pg.Client;
  beforeAll(async () => {
    database = await createTestDatabase();
    client = new pg.Client({ connectionString: database.root });
    await client.connect();
  });
  afterAll(async () => {
    await client.end();
    await database.drop();
  });
  beforeEach(() => client.query('begin'));
  afterEach(() => client.query('rollback'));
  return {
    get client() {
      return client;
    },
    get database() {
      return database;
    },
  };
}
