import { describe, expect, it } from '@jest/globals';
import { contentsOf } from '../helpers/contents-of.ts';
import { useServerProcess } from './helpers/use-server-process.ts';

const COUNT = 10_000;
const AT_ONCE = 20;

describe('10,000 at a time', () => {
  const server = useServerProcess();

  /** Comes as a browser that has never been here, and perhaps asks something. */
  async function visit(asks: boolean): Promise<void> {
    const page = await fetch(`${server.process.url}/csrf-token`);
    const { csrfToken } = (await page.json()) as { csrfToken: string };
    if (!asks) return;
    const cookie = page.headers
      .getSetCookie()
      .map((line) => line.split(';')[0])
      .join('; ');
    const answer = await fetch(`${server.process.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-csrf-token': csrfToken, cookie },
      body: '{"query":"{ currentUser { rowId } }"}',
    });
    expect(await answer.json()).toEqual({ data: { currentUser: null } });
  }
  /** Milliseconds that most of some tries do not exceed. */
  async function median(work: () => Promise<unknown>, tries = 20): Promise<number> {
    const times: number[] = [];
    for (let i = 0; i < tries; i++) {
      const startedAt = performance.now();
      await work();
      times.push(performance.now() - startedAt);
    }
    return times.sort((a, b) => a - b)[Math.floor(tries / 2)] as number;
  }

  it('can visit without a session, and leave nothing behind', async () => {
    const before = await contentsOf(server.sql);
    let left = COUNT;
    const visitors = Array.from({ length: AT_ONCE }, async () => {
      // To ask costs more, and every fourth is enough to see that nothing is written.
      while (left-- > 0) await visit(left % 4 === 0);
    });
    await Promise.all(visitors);
    expect(await contentsOf(server.sql)).toEqual(before);
  }, 300_000);

  it('can be logged in, half of them to one account, and cost the others no time', async () => {
    const client = server.client();
    const ada = await client.register();
    const bob = await server.client().register();
    const ask = async (query: string) => {
      const { errors, data } = await client.graphql(query);
      expect(errors).toBeUndefined();
      return data;
    };
    const page = '{ sessions(first: 100) { nodes { rowId lastActiveAt } pageInfo { endCursor } } }';
    const works: [milliseconds: number, work: () => Promise<unknown>][] = [
      [
        250,
        async () => expect((await server.client().login(ada.username, ada.password)).errors).toBeUndefined(),
      ],
      [100, () => ask('{ currentUser { username } }')],
      [250, () => ask(page)],
      [250, () => ask('{ sessions { totalCount } }')],
    ];
    const alone: number[] = [];
    for (const [, work] of works) alone.push(await median(work));
    for (const { id } of [ada, bob])
      await server.sql(
        `insert into app_public.sessions (user_id, kind, idle_limit, expires_at)
         select $1, 'cookie', '3 days', now() + '30 days' from generate_series(1, $2)`,
        [id, COUNT / 2],
      );

    expect((await ask(page)).sessions.nodes).toHaveLength(100);
    // On a machine that is slow they took their time before.
    for (const [i, [milliseconds, work]] of works.entries())
      expect(await median(work)).toBeLessThan(Math.max(milliseconds, 5 * alone[i]!));

    await server.sql('update app_public.sessions set expires_at = now() where user_id = $1', [bob.id]);
    const startedAt = performance.now();
    expect(await server.sql('select app_private.prune() as count')).toEqual([{ count: COUNT / 2 + 1 }]);
    expect(performance.now() - startedAt).toBeLessThan(20_000);
    expect((await ask('{ sessions { totalCount } }')).sessions.totalCount).toBe(COUNT / 2 + 1 + 40);
    // And ended by their user, all at once.
    expect(await ask('mutation { endOtherSessions(input: {}) { result } }')).toEqual({
      endOtherSessions: { result: COUNT / 2 + 40 },
    });
    expect(await server.sql('select from app_public.sessions')).toHaveLength(1);
  });
});
