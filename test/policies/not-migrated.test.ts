import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { withParts } from '../../src/database/urls.ts';
import { withClient } from '../../src/database/with-client.ts';
import { policies } from './policies-command.ts';

describe('a database that has not been migrated', () => {
  const { root } = JSON.parse(process.env.ROWGATE_TEST_DATABASES as string) as { root: string };
  const database = `rowgate_empty_${process.pid}`;
  const url = withParts(root, { database });
  beforeAll(async () => {
    await withClient(root, (client) => client.query(`create database ${database}`));
    await withClient(url, (client) => client.query('create extension citext'));
  });
  afterAll(() => withClient(root, (client) => client.query(`drop database ${database} with (force)`)));

  it.each([
    ['matrix'],
    ['matrix', '--check'],
    ['lint'],
    ['lint', '--schema', 'app_public'],
    ['explain', '--as', 'ada', 'select * from app_public.users'],
    ['explain', '--role', 'webuser', 'select 1'],
    ['mutate', '--database', url, '--tests', 'test/db/users.test.ts'],
  ])('cannot be judged, and what to do is said: %s', async (...args) => {
    const { exitCode, output, notes } = await policies(url, ...args);
    expect(notes).toBe('The database has not been migrated yet. Run `npm run migrate` first.');
    expect([exitCode, output]).toEqual([2, '']);
  });

  it('can be judged once there is something in it, whoever made it', async () => {
    await withClient(url, (client) =>
      client.query('create table public.things (); grant select on public.things to webuser'),
    );
    const { exitCode, output } = await policies(url, 'matrix');
    expect([exitCode, output]).toEqual([0, expect.stringContaining('public.things')]);
  });
});
