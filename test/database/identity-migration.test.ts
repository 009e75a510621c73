import { randomBytes } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { runMigrations as migrateWorker } from 'graphile-worker';
import pg from 'pg';
import { withParts } from '../../src/database/urls.ts';
import { withClient } from '../../src/database/with-client.ts';
import { makeTaskList } from '../../worker/tasks/index.ts';
import { createTestDatabase, type TestDatabase } from '../helpers/test-database.ts';

const committed = fileURLToPath(new URL('../../migrations/committed/', import.meta.url));
const NAME = 'names-and-addresses-are-compared-in-ascii';

/** [user name, addresses, of which those with ! are verified], from the oldest account to the newest. */
const PEOPLE: [string, string[]][] = [
  ['ADMIN', ['I@example.com!']],
  ['admin', ['i@example.com!']],
  ['admin-2', ['MAIL@example.com', 'mail@example.com!', 'plain@example.com!']],
  ['AL\u0130', ['Bob@b\u00fccher.example!', '"old"@example.com!']],
  ['\u0130\u0130', ['bob@xn--bcher-kva.example']],
  ['zoe', ['ZOE@example.com!', 'b\u0131r@example.com!']],
];

/** Before the migration, user names and addresses were citext in a database whose locale is Turkish: I is not i there. */
describe('the migration to ASCII-only comparison', () => {
  let clone: TestDatabase;
  let urls: Record<'root' | 'owner', string>;
  let owner: pg.Client;
  const notices: string[] = [];
  const rows = async (text: string) => (await owner.query({ text, rowMode: 'array' })).rows;

  beforeAll(async () => {
    clone = await createTestDatabase();
    const database = `rowgate_test_turkish_${randomBytes(4).toString('hex')}`;
    urls = { root: withParts(clone.root, { database }), owner: withParts(clone.owner, { database }) };
    await withClient(clone.root, (client) =>
      client.query(
        `create database ${database} owner rowgate_test_owner template template0
         encoding 'UTF8' locale_provider icu icu_locale 'tr' locale 'C'`,
      ),
    );
    await migrateWorker({ connectionString: urls.owner });
    owner = new pg.Client({ connectionString: urls.owner });
    owner.on('notice', ({ message }) => notices.push(message ?? ''));
    await owner.connect();
    await owner.query('set search_path to pg_catalog, public, pg_temp');
    const files = (await readdir(committed)).sort();
    const own = files.findIndex((file) => file.includes(NAME));
    for (const file of files.slice(0, own)) await owner.query(await readFile(committed + file, 'utf8'));
    for (const [username, emails] of PEOPLE) await addAccount(username, emails);
    await owner.query('delete from graphile_worker._private_jobs');
    notices.length = 0;
    await owner.query(await readFile(committed + files[own], 'utf8'));
  });
  afterAll(async () => {
    await owner.end();
    await withClient(clone.root, (client) =>
      client.query(`drop database ${new URL(urls.root).pathname.slice(1)} with (force)`),
    );
    await clone.drop();
  });

  async function addAccount(username: string, emails: string[]): Promise<void> {
    // As each was accepted when it was added; İ passed the check of the Turkish locale alone.
    await owner.query('alter table app_public.users drop constraint if exists users_username_check');
    const { rows: users } = await owner.query(
      'insert into app_public.users (username) values ($1) returning id',
      [username],
    );
    for (const [i, email] of emails.entries())
      await owner.query(
        `insert into app_public.user_emails (user_id, email, is_verified, is_primary) values ($1, $2, $3, $4)`,
        [users[0].id, email.replace('!', ''), email.endsWith('!'), i === 0],
      );
  }

  it('loses no account: the oldest keeps its name, others with the same get another', async () => {
    expect(await rows('select username from app_public.users order by created_at')).toEqual([
      ['ADMIN'],
      ['admin-3'],
      ['admin-2'],
      ['ALI'],
      ['II'],
      ['zoe'],
    ]);
  });

  it('tells of each new name in the record, a warning, and a mail to verified addresses', async () => {
    expect(
      await rows(
        `select details ->> 'from', details ->> 'to' from app_public.audit_events
         where action = 'username_changed' order by id`,
      ),
    ).toEqual(
      expect.arrayContaining([
        ['admin', 'admin-3'],
        ['AL\u0130', 'ALI'],
        ['\u0130\u0130', 'II'],
      ]),
    );
    expect(notices.filter((text) => text.includes('is now named'))).toHaveLength(3);
    const jobs = await rows(
      `select payload ->> 'to' from graphile_worker._private_jobs where payload ->> 'kind' = 'username_changed'`,
    );
    expect(jobs.flat().sort()).toEqual(['"old"@example.com', 'Bob@b\u00fccher.example', 'i@example.com']);
  });

  it('leaves an address verified by one account, the oldest, and as a claim by others', async () => {
    expect(
      await rows(
        `select username, email, is_verified from app_public.user_emails join app_public.users on users.id = user_id
         where email ilike '_@example.com' order by users.created_at`,
      ),
    ).toEqual([
      ['ADMIN', 'I@example.com', true],
      ['admin-3', 'i@example.com', false],
    ]);
    expect(
      await rows(`select details ->> 'email' from app_public.audit_events where action = 'email_disputed'`),
    ).toEqual([['i@example.com']]);
  });

  it('keeps every other address as it was, and lets it log in and change', async () => {
    const names = PEOPLE.flatMap(([, emails]) => emails).filter((email) =>
      /old|mail@|plain|ZOE|b\u0131r/.test(email),
    );
    for (const email of names) {
      const address = email.replace('!', '');
      expect([
        address,
        ...(await rows(`select app_private.find_user_id_by_login_name('${address}') is not null`)),
      ]).toEqual([address, [true]]);
    }
    await owner.query(
      `select app_private.set_primary_email(user_id, id) from app_public.user_emails where email like '"old"%'`,
    );
    expect(await rows(`select is_primary from app_public.user_emails where email like '"old"%'`)).toEqual([
      [true],
    ]);
  });

  it('has the worker write the domains of addresses in ASCII, once', async () => {
    expect(
      await rows(`select task_identifier from graphile_worker.jobs where key = 'convert_email_domains'`),
    ).toEqual([['convert_email_domains']]);
    const warnings: string[] = [];
    const helpers = {
      query: (text: string, values?: unknown[]) => owner.query(text, values),
      logger: { warn: (message: string) => warnings.push(message) },
    };
    const task = makeTaskList({} as never).convert_email_domains as (...args: unknown[]) => Promise<void>;
    await task(null, helpers);
    expect(warnings).toEqual([]);
    expect(
      await rows(
        `select username from app_public.users
         where id = app_private.find_user_id_by_login_name('bob@xn--bcher-kva.example')`,
      ),
    ).toEqual([['ALI']]);
  });

  it('compares names alike in this locale', async () => {
    expect(await rows(`select app_hidden.identity_key('KIM\u0130\u0131')`)).toEqual([['kim\u0130\u0131']]);
    await expect(
      owner.query(`insert into app_public.users (username) values ('aDMIn')`),
    ).rejects.toMatchObject({
      constraint: 'users_username_key',
    });
  });

  it('lets no second account verify an address of the same key', async () => {
    await expect(
      owner.query(`update app_public.user_emails set is_verified = true where email = 'i@example.com'`),
    ).rejects.toMatchObject({ constraint: 'user_emails_verified_email_key' });
  });
});
