import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Measured, measureProbe, WARM_UP } from '../../bench/enumeration/measure-probe.ts';
import { writePeople } from '../../bench/enumeration/people.ts';
import { isAccepted } from '../../bench/enumeration/print-table.ts';
import { makeProbes, type Probe } from '../../bench/enumeration/probes.ts';
import { makeTimedPost, type TimedPost } from '../../bench/enumeration/timed-client.ts';
import { withClient } from '../../src/database/with-client.ts';
import { useServer } from '../helpers/server.ts';

const PAIRS = 200;
/** Chance alone leaves the accepted range once in 2,000 measurements of 200 pairs; this often a measurement may be repeated. */
const ATTEMPTS = 3;

/**
 * `npm run bench:enumeration` measures the same, and logins, with the real cost of hashing. Here it is the lowest, so that a
 * login without an account to compare with shows the making of a salt.
 */
describe('the time of an answer', () => {
  const server = useServer({ RATE_LIMITS: 'off', LOG_LEVEL: 'silent' });
  let send: TimedPost & { close(): void };
  const headers = { visitor: {}, prober: {} };

  beforeAll(async () => {
    const { port } = server.httpServer.address() as AddressInfo;
    send = makeTimedPost(`http://127.0.0.1:${port}`);
  });
  afterAll(() => send.close());

  /** New people for each measurement: a name or an address counts as new only once. */
  async function makeProbe(name: string): Promise<Probe> {
    await server.sql('delete from app_public.users');
    const people = await withClient(server.database.root, (root) => writePeople(root, PAIRS + WARM_UP));
    for (const [who, client] of Object.entries({ visitor: server.client(), prober: server.client() })) {
      await client.fetchCsrfToken();
      if (who === 'prober') await client.login(people.prober.username, people.prober.password);
      headers[who as keyof typeof headers] = {
        cookie: [...client.cookies].map(([cookie, value]) => `${cookie}=${value}`).join('; '),
        'x-csrf-token': client.csrfToken,
      };
    }
    return makeProbes(people).find((probe) => probe.name === name) as Probe;
  }

  it.each([
    'register, with an address',
    'resendEmailVerification, an id',
    'resendEmailVerification, one’s own claim',
  ])('cannot tell whether an account exists: %s', async (name) => {
    const measured: Measured[] = [];
    while (measured.length < ATTEMPTS && !measured.some(isAccepted)) {
      const probe = await makeProbe(name);
      measured.push(
        await measureProbe(probe, send, probe.isLoggedIn ? headers.prober : headers.visitor, () => {}),
      );
    }
    expect(measured.filter(isAccepted)).not.toEqual([]);
    expect(measured.at(-1)!.pairs).toBe(PAIRS);
  });
});
