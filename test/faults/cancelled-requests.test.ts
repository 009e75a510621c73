import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { BusyClients } from '../../src/database/busy-clients.ts';
import { until } from '../helpers/until.ts';
import { issueToken } from './helpers/issue-token.ts';
import { CREATE_NOTE } from './helpers/notes.ts';
import { useServerProcess } from './helpers/use-server-process.ts';

/** Milliseconds; less than any limit would need, of which that of the server's pool is the shortest: 7 s. */
const SOON = 6_000;

describe('a client that goes away', () => {
  // So that it is no limit that ends the statement.
  const server = useServerProcess({}, { waitsForLocks: true });

  it.each([
    ['read', '{ notes: rowgateTestNotes { nodes { body } } }', {}],
    ['mutation', CREATE_NOTE, { body: 'too late' }],
  ])('can take its %s with it: the database stops working on it', async (_, query, variables) => {
    const { token } = await issueToken(server);
    const leaving = new AbortController();
    const unlock = await server.lockNotes();
    const request = fetch(`${server.process.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ query, variables }),
      signal: leaving.signal,
    });
    await until(async () => (await server.busy()).length === 1);

    leaving.abort();
    await expect(request).rejects.toThrow('abort');
    await until(async () => (await server.busy()).length === 0, SOON);
    await unlock();
    expect(await server.sql('select from app_public.rowgate_test_notes')).toEqual([]);
    expect((await server.client().currentUser()).errors).toBeUndefined();
  });

  it('can leave while its request waits for a connection: it is then not begun', async () => {
    const { token } = await issueToken(server);
    const leaving = new AbortController();
    const unlock = await server.lockNotes();
    const requests = Array.from({ length: 40 }, () =>
      fetch(`${server.process.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
        body: JSON.stringify({ query: CREATE_NOTE, variables: { body: 'too late' } }),
        signal: leaving.signal,
      }).catch(() => {}),
    );
    // All connections of the pool; thirty requests wait behind them.
    await until(async () => (await server.busy()).length === 10);
    leaving.abort();
    await Promise.all(requests);
    await until(async () => (await server.busy()).length === 0, SOON);
    await unlock();
    expect(await server.sql('select from app_public.rowgate_test_notes')).toEqual([]);
  });

  it('cannot stop the next statement of the connection, however late its cancellation arrives', async () => {
    const { hostname, port } = new URL(server.database.authenticator);
    const isCancellation = (first: Buffer) => first.length === 16;
    const proxy = createServer((socket) =>
      socket.once('data', async (first) => {
        if (isCancellation(first)) await delay(300);
        const database = connect(Number(port), hostname);
        database.on('error', () => {});
        database.write(first);
        socket.pipe(database).pipe(socket);
      }),
    );
    proxy.listen(0, '127.0.0.1');
    await once(proxy, 'listening');
    const url = new URL(server.database.authenticator);
    url.host = `127.0.0.1:${(proxy.address() as AddressInfo).port}`;
    const pool = new pg.Pool({ connectionString: url.href, max: 1 });
    try {
      const client = await pool.connect();
      const query = client.query('select 1');
      const busy = new BusyClients();
      busy.add(client);
      busy.cancel();
      await query;
      await busy.delete(client);
      client.release();
      await pool.query('select pg_sleep(1)');
    } finally {
      await pool.end();
      proxy.close();
    }
  });
});
