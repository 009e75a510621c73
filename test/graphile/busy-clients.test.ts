import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type pg from 'pg';
import { BusyClients } from '../../src/database/busy-clients.ts';
import { makeWithPgClient } from '../../src/graphile/pg-adaptor.ts';
import { until } from '../helpers/until.ts';

/** Takes requests to cancel, and does not get round to them. */
const database = createServer();
beforeAll(async () => {
  database.listen(0, '127.0.0.1');
  await once(database, 'listening');
});
afterAll(() => void database.close());

it('does not hand a connection to the next request while the cancel of the last one is on its way', async () => {
  const { port } = database.address() as AddressInfo;
  let isReleased = false;
  const client = { host: '127.0.0.1', port, processID: 1, secretKey: 1, release: () => (isReleased = true) };
  const pool = { waitingCount: 0, connect: async () => client } as unknown as pg.Pool;
  const busy = new BusyClients();
  const withPgClient = makeWithPgClient({
    pool,
    busy,
    primary: undefined,
    isReadOnly: true,
    preparesStatements: true,
    span: undefined,
    onWritten: () => {},
    onSessionResolved: () => {},
    onSessionRefused: () => {},
  });

  const arrived = once(database, 'connection') as Promise<[Socket]>;
  const work = withPgClient({ 'app.request': '{}' }, () => busy.cancel());
  const [cancel] = await arrived;
  await once(cancel, 'data');
  expect(isReleased).toBe(false);
  cancel.destroy();
  await work;
  await until(() => isReleased);
});
