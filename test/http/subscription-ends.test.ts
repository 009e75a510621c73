import { type EventEmitter, once } from 'node:events';
import { mock } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { withClient } from '../../src/database/with-client.ts';
import { makeLogger } from '../../src/logger.ts';
import { makePools } from '../../src/pools.ts';
import { makeServer } from '../../src/server.ts';
import type { HttpClient } from '../helpers/http-client.ts';
import { useServer } from '../helpers/server.ts';
import { openSocket } from '../helpers/socket-client.ts';
import { tokenClient } from '../helpers/token-client.ts';

const DELETE = 'mutation ($id: UUID!) { deleteSession(input: { rowId: $id }) { clientMutationId } }';
const ENDED = { code: 4401, reason: 'UNAUTHENTICATED' };

/** A server whose sockets belong to people who watch. */
function useWatchers() {
  const server = useServer();
  const opened: ReturnType<typeof openSocket>[] = [];
  afterEach(async () => {
    for (const socket of opened.splice(0)) await socket.close();
  });
  const { issue } = tokenClient(server);
  function open(options: Parameters<typeof openSocket>[1]) {
    const socket = openSocket(server, options);
    opened.push(socket);
    return socket;
  }
  /** A socket of somebody, whose first event has come. */
  async function watcher(client: HttpClient = server.client()) {
    const account = await client.register();
    const socket = open({ as: client });
    const events = socket.watch();
    await events.next();
    return { client, account, socket, events };
  }
  /** What else is open may stay so. */
  async function expectOpen(
    // biome-ignore lint/suspicious/noExplicitAny: what was asked for
    events: AsyncIterableIterator<any>,
    userId: string,
  ) {
    await server.sql(`update app_public.users set name = 'still here' where id = $1`, [userId]);
    for (;;) {
      const { value } = await events.next();
      expect(value.errors).toBeUndefined();
      if (value.data.currentUserUpdated.currentUser.name === 'still here') break;
    }
  }
  return { server, issue, open, watcher, expectOpen };
}

/** Long before the regular check, which comes every 30 seconds and would find it, too. */
async function inTime(socket: { closed: Promise<unknown> }) {
  expect(await Promise.race([socket.closed, delay(10_000, 'still open', { ref: false })])).toEqual(ENDED);
}

describe('an open socket', () => {
  const { server, open, watcher, expectOpen } = useWatchers();

  it('cannot outlast its session, ended by its user from another one; the other stays', async () => {
    const { account, socket } = await watcher();
    const elsewhere = server.client();
    await elsewhere.login(account.username, account.password);
    const other = open({ as: elsewhere });
    const events = other.watch();
    await events.next();
    await elsewhere.graphql(DELETE, { id: account.sessionId });
    await inTime(socket);
    await expectOpen(events, account.id);
  });

  it.each<[string, (user: Awaited<ReturnType<typeof watcher>>) => Promise<unknown>]>([
    ['a logout', ({ client }) => client.logout()],
    ['a login that replaces it', ({ client, account }) => client.login(account.username, account.password)],
    [
      'a password reset',
      async ({ account }) => {
        const [row] = await server.sql<{ token: string }>(
          `select app_private.create_one_time_token('password_reset', $1) as token`,
          [account.id],
        );
        await server
          .client()
          .graphql(
            'mutation ($t: String!) { resetPassword(input: { token: $t, newPassword: "a new good one" }) { result } }',
            {
              t: row!.token,
            },
          );
      },
    ],
    [
      'a suspension',
      async ({ account }) => {
        const administrator = server.client();
        const { id } = await administrator.register();
        await server.sql(`update app_public.user_accounts set role = 'administrator' where user_id = $1`, [
          id,
        ]);
        const { errors } = await administrator.graphql(
          'mutation ($id: UUID!) { suspendUser(input: { userId: $id, reason: "spam" }) { result { userId } } }',
          { id: account.id },
        );
        expect(errors).toBeUndefined();
      },
    ],
    [
      'a suspension that leaves the session',
      ({ account }) =>
        server.sql('update app_public.user_accounts set suspended_at = now() where user_id = $1', [
          account.id,
        ]),
    ],
    [
      'the end of the account',
      ({ account }) => server.sql('delete from app_public.users where id = $1', [account.id]),
    ],
  ])('cannot outlast %s', async (_, end) => {
    const user = await watcher();
    const bystander = await watcher();
    await end(user);
    await inTime(user.socket);
    await expectOpen(bystander.events, bystander.account.id);
  });

  it('can go on when the database has closed the connection that listens, and misses nothing', async () => {
    const { account, events } = await watcher();
    await withClient(server.database.root, (client) =>
      client.query(
        `with lost as (update app_public.users set name = 'meanwhile' where id = '${account.id}' returning id)
         select pg_terminate_backend(pid) from pg_stat_activity, lost
         where application_name = 'rowgate-listen' and datname = current_database()`,
      ),
    );
    for (;;) {
      const { value } = await events.next();
      if (value.data.currentUserUpdated.currentUser.name === 'meanwhile') break;
    }
    await expectOpen(events, account.id);
  });

  it('is told by another process, too', async () => {
    const logger = makeLogger(server.config);
    const pools = makePools(server.database.authenticator, logger);
    const other = await makeServer({ config: server.config, pools, logger });
    other.httpServer.listen(0, '127.0.0.1');
    await once(other.httpServer, 'listening');
    const client = server.client();
    const account = await client.register();
    const socket = openSocket(other, { as: client });
    const events = socket.watch();
    await events.next();
    await expectOpen(events, account.id);
    await client.logout();
    await inTime(socket);

    // And says goodbye when it stops.
    const last = await (async () => {
      const user = server.client();
      await user.register();
      const open = openSocket(other, { as: user });
      await open.ask();
      return open;
    })();
    const stopped = other.closeSockets();
    expect((await last.closed).code).toBe(1001);
    await stopped;
    const { promise, resolve } = Promise.withResolvers<void>();
    other.httpServer.close(() => resolve());
    other.httpServer.closeAllConnections();
    await promise;
    await other.release();
    await pools.end();
  });

  it('cannot outlast its session while it watches nothing, either', async () => {
    const client = server.client();
    await client.register();
    const socket = open({ as: client });
    await socket.ask();
    await client.logout();
    await inTime(socket);
  });
});

describe('an open socket, in time', () => {
  // The regular checks are made 50 times as often, and where a test says so also the pings. A client that is well would
  // miss one of those when this process, which is its own, too, is busy for a moment.
  const [pings, checks] = [15_000, 30_000];
  let quick = checks;
  beforeAll(() => {
    const original = globalThis.setInterval;
    jest
      .spyOn(globalThis, 'setInterval')
      .mockImplementation(((work: () => void, pause: number) =>
        original(work, pause < quick ? pause : pause / 50)) as typeof setInterval);
  });
  afterAll(() => {
    jest.restoreAllMocks();
  });
  const { server, issue, open, watcher } = useWatchers();

  it.each([
    ['expiry', 'expires_at = now()'],
    ['idleness', `last_active_at = now() - interval '4 days'`],
  ])('cannot outlast the %s of its session by more than half a minute', async (_, change) => {
    const { account, socket } = await watcher();
    await server.sql(`update app_public.sessions set ${change} where id = $1`, [account.sessionId]);
    expect(await socket.closed).toEqual(ENDED);
  });

  it('cannot outlast the access token that it was opened with', async () => {
    const { accessToken } = await issue();
    const authorization = `Bearer ${accessToken}`;
    const sockets = [open({ connectionParams: { authorization } }), open({ headers: { authorization } })];
    for (const socket of sockets) await socket.ask();
    mock.timers.enable({ apis: ['Date'], now: Date.now() + 601_000 });
    try {
      for (const socket of sockets) expect(await socket.closed).toEqual(ENDED);
    } finally {
      mock.timers.reset();
    }
  });

  it('cannot stay when its client no longer answers', async () => {
    quick = pings;
    const client = server.client();
    await client.register();
    const socket = open({ as: client });
    const ws = socket.sockets[0] as unknown as EventEmitter & { _receiver: EventEmitter };
    await once(ws, 'open');
    // `ws` answers pings by itself.
    ws._receiver.removeAllListeners('ping');
    expect((await socket.closed).code).toBe(1006);
  });
});
