import { afterEach, describe, expect, it } from '@jest/globals';
import { withClient } from '../../src/database/with-client.ts';
import { useServer } from '../helpers/server.ts';
import { openSocket, WATCH } from '../helpers/socket-client.ts';
import { until } from '../helpers/until.ts';

const NAME = 'subscription { currentUserUpdated { currentUser { username } } }';

describe('the subscriptions of one user', () => {
  const server = useServer({}, { waitsForLocks: true });
  const opened: ReturnType<typeof openSocket>[] = [];
  afterEach(async () => {
    for (const socket of opened.splice(0)) await socket.close();
  });
  async function user() {
    const client = server.client();
    const { username } = await client.register();
    const open = () => {
      const socket = openSocket(server, { as: client });
      opened.push(socket);
      return socket;
    };
    return { username, open };
  }
  /** Statements of the server that wait for a lock. */
  const blocked = () =>
    withClient(server.database.root, async (client) => {
      const { rows } = await client.query<{ pid: number }>(
        `select pid from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
      );
      return rows.length;
    });

  it('cannot keep those of others waiting, and are stopped when their socket closes', async () => {
    const ada = await user();
    const bob = await user();
    const sockets = [ada.open(), ada.open()];
    for (const socket of sockets) await socket.ask(NAME);
    await withClient(server.database.owner, async (owner) => {
      await owner.query('begin; lock table app_public.user_emails in access exclusive mode');
      for (const socket of sockets)
        for (let i = 0; i < 20; i++)
          void socket
            .watch(WATCH)
            .next()
            .catch(() => {});
      await until(async () => (await blocked()) === 2);
      expect(await bob.open().ask(NAME)).toEqual({
        data: { currentUserUpdated: { currentUser: { username: bob.username } } },
      });
      expect(await blocked()).toBe(2);
      for (const socket of sockets) socket.sockets[0]?.terminate();
      // Before the limit of the pool, 7 s, would end those that run; the others have not begun.
      await until(async () => (await blocked()) === 0, 4_000);
      expect(await bob.open().ask(NAME)).toMatchObject({ data: { currentUserUpdated: {} } });
      await owner.query('rollback');
    });
  });
});
