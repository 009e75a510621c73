import { mock } from 'node:test';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { HttpClient } from '../helpers/http-client.ts';
import { useServer } from '../helpers/server.ts';
import { openSocket, WATCH } from '../helpers/socket-client.ts';
import { startServer } from '../helpers/start-server.ts';
import { tokenClient } from '../helpers/token-client.ts';
import { until } from '../helpers/until.ts';

const RENAME =
  'mutation ($id: UUID!, $name: String!) { updateUser(input: { rowId: $id, patch: { name: $name } }) { user { name } } }';

describe('currentUserUpdated', () => {
  const server = useServer();
  const opened: ReturnType<typeof openSocket>[] = [];
  afterEach(async () => {
    for (const socket of opened.splice(0)) await socket.close();
  });
  const open = (...args: Parameters<typeof openSocket> extends [unknown, ...infer Rest] ? Rest : never) => {
    const socket = openSocket(server, ...args);
    opened.push(socket);
    return socket;
  };
  const { issue } = tokenClient(server);
  // biome-ignore lint/suspicious/noExplicitAny: what was asked for
  type Events = AsyncIterableIterator<any>;
  const next = async (events: Events) => {
    const { value } = await events.next();
    expect(value.errors).toBeUndefined();
    return value.data.currentUserUpdated;
  };
  /** The next event after the change: one change may be told more than once, the first time before the others are made. */
  const nextThat = async (events: Events, isAfter: (event: Awaited<ReturnType<typeof next>>) => boolean) => {
    for (;;) {
      const event = await next(events);
      if (isAfter(event)) return event;
    }
  };
  const nextName = async (events: Events, before = 'settled') =>
    (await nextThat(events, ({ currentUser }) => currentUser.name !== before)).currentUser.name;
  /** Somebody who is logged in, and watches. */
  async function watcher() {
    const client = server.client();
    const account = await client.register();
    const socket = open({ as: client });
    const events = socket.watch();
    const first = await next(events);
    // What its registration has notified may come only now.
    await server.sql(`update app_public.users set name = 'settled' where id = $1`, [account.id]);
    await nextThat(events, ({ currentUser }) => currentUser.name === 'settled');
    return { client, account, socket, events, first };
  }
  const rename = (client: HttpClient, id: string, name: string) => client.graphql(RENAME, { id, name });

  it('can be watched with the cookie: at once, and at each change', async () => {
    const { client, account, events, first } = await watcher();
    expect(first).toEqual({
      currentUser: {
        username: account.username,
        name: null,
        userEmails: { nodes: [{ email: account.email }] },
      },
      query: { sessions: { totalCount: 1 } },
    });
    await rename(client, account.id, 'Ada');
    expect(await nextName(events)).toBe('Ada');
  });

  it('can tell of e-mails that come and go, and of other sessions', async () => {
    const { client, account, events } = await watcher();
    const { data } = await client.graphql(
      'mutation { createUserEmail(input: { userEmail: { email: "second@example.com" } }) { userEmail { rowId } } }',
    );
    await nextThat(events, ({ currentUser }) => currentUser.userEmails.nodes.length === 2);
    await client.graphql(
      'mutation ($id: UUID!) { deleteUserEmail(input: { rowId: $id }) { clientMutationId } }',
      {
        id: data.createUserEmail.userEmail.rowId,
      },
    );
    await nextThat(events, ({ currentUser }) => currentUser.userEmails.nodes.length === 1);

    const elsewhere = server.client();
    await elsewhere.login(account.username, account.password);
    await nextThat(events, ({ query }) => query.sessions.totalCount === 2);
    await elsewhere.logout();
    await nextThat(events, ({ query }) => query.sessions.totalCount === 1);
  });

  it('cannot be heard by anybody else, and nothing comes of a change that was taken back', async () => {
    const ada = await watcher();
    const bob = await watcher();
    await rename(ada.client, ada.account.id, 'Ada');
    await server.sql(
      `do $$ begin
         begin
           update app_public.users set name = 'never' where id = '${bob.account.id}';
           raise division_by_zero;
         exception when division_by_zero then null;
         end;
       end $$`,
    );
    expect(await nextName(ada.events)).toBe('Ada');
    // Whatever had come to Bob before would be first in the row.
    await rename(bob.client, bob.account.id, 'Bob');
    expect(await nextName(bob.events)).toBe('Bob');
  });

  it('can be asked for by several at once, on one socket and on others', async () => {
    const { client, account, socket, events } = await watcher();
    const again = socket.watch();
    const elsewhere = open({ as: client }).watch();
    await Promise.all([next(again), next(elsewhere)]);
    await rename(client, account.id, 'Ada');
    expect(await Promise.all([events, again, elsewhere].map((each) => nextName(each)))).toEqual(
      Array(3).fill('Ada'),
    );
  });

  it('cannot run under another role than its session has at that moment', async () => {
    const { account, socket } = await watcher();
    const emails = socket.watch(
      'subscription { currentUserUpdated { query { userEmails { totalCount } } } }',
    );
    expect(await next(emails)).toEqual({ query: { userEmails: { totalCount: 1 } } });
    await server.sql(`update app_public.user_accounts set role = 'administrator' where user_id = $1`, [
      account.id,
    ]);
    await nextThat(emails, ({ query }) => query.userEmails.totalCount > 1);
  });

  it.each<[string, (token: string) => Parameters<typeof open>[0]]>([
    ['in the header', (token) => ({ headers: { authorization: `Bearer ${token}` } })],
    [
      'in the parameters of the connection',
      (token) => ({ connectionParams: { authorization: `Bearer ${token}` } }),
    ],
    [
      'of a page of another origin',
      (token) => ({
        headers: { origin: 'https://app.example.com', authorization: `Bearer ${token}` },
      }),
    ],
  ])('can be watched with a bearer token %s', async (_, options) => {
    const { account, accessToken } = await issue();
    const { data } = await open(options(accessToken)).ask();
    expect(data.currentUserUpdated.currentUser.username).toBe(account.username);
  });

  it('is activity of the session when it begins, and no more while it lasts', async () => {
    // A process has written all its notes when it is closed.
    const before = await startServer(server.database.authenticator);
    const client = before.client();
    const account = await client.register();
    await before.close();
    const age = () =>
      server.sql(
        `update app_public.sessions set last_active_at = now() - interval '5 minutes' where id = $1`,
        [account.sessionId],
      );
    const wasActive = async () => {
      const [row] = await server.sql<{ isNew: boolean }>(
        `select last_active_at > now() - interval '4 minutes' as "isNew" from app_public.sessions where id = $1`,
        [account.sessionId],
      );
      return row?.isNew;
    };
    await age();
    const elsewhere = await startServer(server.database.authenticator);
    const socket = openSocket(elsewhere, { as: client });
    const events = socket.watch();
    await next(events);
    await until(wasActive);
    await age();
    // Past the minute for which a session that was noted is not noted again.
    mock.timers.enable({ apis: ['Date'], now: Date.now() + 120_000 });
    try {
      await server.sql(`update app_public.users set name = 'by somebody else' where id = $1`, [account.id]);
      await nextThat(events, ({ currentUser }) => currentUser.name === 'by somebody else');
    } finally {
      mock.timers.reset();
    }
    await socket.close();
    await elsewhere.close();
    expect(await wasActive()).toBe(false);
  });

  it('cannot be asked for over HTTP', async () => {
    const client = server.client();
    await client.register();
    expect((await client.graphql(WATCH)).code).toBe('BAD_REQUEST');
  });
});
