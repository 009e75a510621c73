import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { describeShortage } from '../../src/database/describe-shortage.ts';
import { withParts } from '../../src/database/urls.ts';
import { withClient } from '../../src/database/with-client.ts';
import { freePort } from '../helpers/free-port.ts';
import { HttpClient } from '../helpers/http-client.ts';
import { CHEAP, startRowgate } from '../helpers/rowgate-process.ts';
import { runCommand } from '../helpers/run-command.ts';
import { createTestDatabase, type TestDatabase, withTestDatabase } from '../helpers/test-database.ts';

const SETUP = ['src/commands/db-setup.ts'];
const MIGRATE = ['src/commands/migrate.ts'];
const SERVER = ['src/main.ts', '--server-only'];

const settingsOf = ({ root, owner, authenticator }: Record<'root' | 'owner' | 'authenticator', string>) => ({
  ROOT_DATABASE_URL: root,
  DATABASE_OWNER_URL: owner,
  DATABASE_URL: authenticator,
});

/** Milliseconds: these tests start several processes, one after another. */
const LONG = 240_000;

describe('roles of other names', () => {
  // Letters that need quotes, and a password of characters that end the parts of a URL.
  const suffix = randomBytes(4).toString('hex');
  const roles = { owner: `My-Owner_${suffix}`, authenticator: `my App ${suffix}` };
  const password = 'p@ss/w#rd?100% sure:';
  const database = `other_names_${suffix}`;
  let urls: Record<'root' | 'owner' | 'authenticator', string>;
  let clone: TestDatabase;

  beforeAll(async () => {
    clone = await createTestDatabase();
    urls = {
      root: clone.root,
      owner: withParts(clone.root, { user: roles.owner, password, database }),
      authenticator: withParts(clone.root, { user: roles.authenticator, password, database }),
    };
  });
  afterAll(async () => {
    await withClient(clone.root, async (client) => {
      await client.query(`drop database if exists ${database} with (force)`);
      for (const role of Object.values(roles)) await client.query(`drop role if exists "${role}"`);
    });
    await clone.drop();
  });

  it(
    'can be set up, migrated, served and worked for, twice',
    async () => {
      for (let i = 0; i < 2; i++) {
        expect(await runCommand(SETUP, settingsOf(urls))).toMatchObject({ code: 0 });
        expect(await runCommand(MIGRATE, settingsOf(urls))).toMatchObject({ code: 0 });
      }
      const port = String(await freePort());
      const server = startRowgate(['src/main.ts'], {
        ...CHEAP,
        ...settingsOf(urls),
        PORT: port,
        LOG_LEVEL: 'warn',
      });
      try {
        await server.says('Rowgate answers');
        const client = new HttpClient(`http://127.0.0.1:${port}`);
        const { username } = await client.register();
        expect((await client.currentUser()).data).toMatchObject({ currentUser: { username } });
        const { data } = await client.graphql('{ __schema { queryType { fields { name } } } }');
        // What the owner could reach is not there.
        const names = data.__schema.queryType.fields.map(({ name }: { name: string }) => name);
        expect(names).toEqual(expect.arrayContaining(['currentUser', 'users']));
        expect(names).not.toContain('cookieSessions');
      } finally {
        expect(await server.stop()).toBe(0);
      }
    },
    LONG,
  );

  it('have the limits and the rights of authenticator, and no more', async () => {
    await withClient(urls.authenticator, async (client) => {
      const { rows } = await client.query(
        `select current_setting('statement_timeout') as statement, current_setting('lock_timeout') as lock,
           pg_has_role(current_user, 'webuser', 'usage') as inherits, pg_has_role(current_user, 'webuser', 'member') as may_become`,
      );
      expect(rows).toEqual([{ statement: '5s', lock: '2s', inherits: false, may_become: true }]);
      await expect(client.query('select from app_public.users')).rejects.toThrow('permission denied');
    });
  });
});

it('a server of more processes than PostgreSQL has connections for says so', async () => {
  await withTestDatabase(async ({ owner }) => {
    expect(await withClient(owner, (client) => describeShortage(client, 2))).toBeUndefined();
    expect(await withClient(owner, (client) => describeShortage(client, 64))).toMatch(
      /^64 server processes may need 842 connections, and PostgreSQL has \d+:/,
    );
  });
});

describe('a server', () => {
  const ended = async (settings: Record<string, string>) => {
    const result = await runCommand(SERVER, { ...CHEAP, PORT: '0', ...settings });
    expect([result.code, result.stderr]).toEqual([1, expect.not.stringMatching(/^ +at /m)]);
    return result.stderr;
  };

  it(
    'cannot log in as a role that policies do not hold for, or that is not authenticator',
    async () => {
      await withTestDatabase(async (database) => {
        expect(await ended({ ...settingsOf(database), DATABASE_URL: database.root })).toMatch(
          /^DATABASE_URL logs in as postgres, for whom policies do not hold/,
        );
        const stranger = `stranger_${randomBytes(4).toString('hex')}`;
        const name = new URL(database.root).pathname.slice(1);
        await withClient(database.root, async (client) => {
          await client.query(
            `create role ${stranger} login password 'x'; grant connect on database ${name} to ${stranger}`,
          );
        });
        try {
          const url = withParts(database.root, { user: stranger, password: 'x' });
          expect(await ended({ ...settingsOf(database), DATABASE_URL: url })).toMatch(
            new RegExp(
              `^DATABASE_URL logs in as ${stranger}, a role that has not the rights of authenticator\\. Run npm run db:setup`,
            ),
          );
          const wrong = withParts(url, { password: 'wrong' });
          // A server that trusts this machine asks for no password.
          const asksForPasswords = await withClient(wrong, async () => false).catch(() => true);
          if (!asksForPasswords) return;
          expect(await ended({ ...settingsOf(database), DATABASE_URL: wrong })).toMatch(
            /^PostgreSQL refuses stranger_\w+ on the database .*password authentication failed/,
          );
        } finally {
          await withClient(database.root, (client) =>
            client.query(`revoke connect on database ${name} from ${stranger}; drop role ${stranger}`),
          );
        }
      });
    },
    LONG,
  );

  it.each(['SQL_ASCII', 'LATIN1'])(
    'cannot use a database in %s, nor can it be set up',
    async (encoding) => {
      await withTestDatabase(async (clone) => {
        const database = `not_utf8_${randomBytes(4).toString('hex')}`;
        await withClient(clone.root, (client) =>
          client.query(
            `create database ${database} encoding '${encoding}' locale_provider libc locale 'C' template template0`,
          ),
        );
        try {
          const owner = withParts(clone.root, { database });
          const urls = {
            root: clone.root,
            owner,
            authenticator: withParts(clone.authenticator, { database }),
          };
          const message = new RegExp(
            `The database ${database} has the encoding ${encoding}, and Rowgate needs UTF8`,
          );
          expect(await ended(settingsOf(urls))).toMatch(message);
          for (const command of [SETUP, MIGRATE])
            expect((await runCommand(command, settingsOf(urls))).stderr).toMatch(message);
        } finally {
          await withClient(clone.root, (client) => client.query(`drop database ${database} with (force)`));
        }
      });
    },
    LONG,
  );
});
