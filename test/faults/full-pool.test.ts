import { describe, expect, it } from '@jest/globals';
import { until } from '../helpers/until.ts';
import { CREATE_NOTE } from './helpers/notes.ts';
import { Tally } from './helpers/tally.ts';
import { useServerProcess } from './helpers/use-server-process.ts';

describe('60 clients on a locked table', () => {
  const server = useServerProcess();

  it('can all be answered: none of them hangs, and what needs no database is served meanwhile', async () => {
    const account = await server.client().register();
    const clients = await Promise.all(
      Array.from({ length: 60 }, async () => {
        const client = server.client();
        await client.login(account.username, account.password);
        return client;
      }),
    );
    const tally = new Tally();
    const unlock = await server.lockNotes();
    const startedAt = performance.now();
    const all = clients.map((client, index) =>
      tally.count(
        'locked',
        index % 2
          ? client.graphql(CREATE_NOTE, { body: 'x' })
          : client.graphql('{ notes: rowgateTestNotes { nodes { body } } }'),
      ),
    );
    await until(async () => (await server.busy()).length === 10);
    expect((await server.client().graphql('{ __typename }')).data).toEqual({ __typename: 'Query' });
    await Promise.all(all);
    // A wait for a connection is at most 5 s, one for the lock 2 s; the lock itself lasts as long as the test wants.
    expect(performance.now() - startedAt).toBeLessThan(20_000);
    expect(tally.wrong).toEqual([]);
    expect([tally.served, tally.refusals]).toEqual([0, 60]);
    expect(tally.refused.TIMEOUT).toBeGreaterThanOrEqual(10);

    await unlock();
    await until(async () => (await server.busy()).length === 0);
    const answers = await Promise.all(clients.map((client) => client.graphql(CREATE_NOTE, { body: 'y' })));
    expect(answers.flatMap(({ errors }) => errors ?? [])).toEqual([]);
    expect(
      await server.sql('select body, count(*)::int from app_public.rowgate_test_notes group by body'),
    ).toEqual([{ body: 'y', count: 60 }]);
  });
});
