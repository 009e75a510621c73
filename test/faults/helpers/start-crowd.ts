import type { HttpClient } from '../../helpers/http-client.ts';
import { startUser } from './start-user.ts';
import { Tally } from './tally.ts';

/**
 * Users who keep a server busy, until they are stopped or the test that has them (`await using`) ends.
 *
 * @param sessionChanges which share of what they do is a login or a logout, from 0 to 1
 */
export async function startCrowd(
  server: { client(): HttpClient },
  count: number,
  { sessionChanges = 0.1 } = {},
) {
  const tally = new Tally();
  const stopping = new AbortController();
  const users = await Promise.all(
    Array.from({ length: count }, () =>
      startUser(() => server.client(), tally, stopping.signal, sessionChanges),
    ),
  );
  async function stop(): Promise<void> {
    stopping.abort();
    await Promise.all(users.map(({ done }) => done));
  }
  return { tally, users, stop, [Symbol.asyncDispose]: stop };
}
