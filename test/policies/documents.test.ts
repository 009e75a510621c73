import { describe, expect, it } from '@jest/globals';
import * as kit from '../../policies/kit/index.ts';
import { withClient } from '../../src/database/with-client.ts';
import { blocksOf } from '../docs/read-documents.ts';
import { createTestDatabase, type TestDatabase } from '../helpers/test-database.ts';
import { workedExample } from './use-transaction.ts';

/** A database with the table that the document speaks of. */
async function createExample(): Promise<TestDatabase> {
  const database = await createTestDatabase();
  await withClient(database.owner, (client) => client.query(workedExample()));
  return database;
}

const [test, ...more] = blocksOf('docs/policies.md').filter(({ language }) => language === 'ts');

it('docs/policies.md has one test', () => {
  expect(test?.text).toContain("it('cannot");
  expect(more).toEqual([]);
});

describe('the test in docs/policies.md', () => {
  const given = { ...kit, it, useDatabase: () => kit.useDatabase(createExample) };
  new Function(...Object.keys(given), test!.text)(...Object.values(given));
});
