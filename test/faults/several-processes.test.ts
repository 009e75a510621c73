import { describe, expect, it } from '@jest/globals';
import type { HttpClient } from '../helpers/http-client.ts';
import { until } from '../helpers/until.ts';
import { CREATE_NOTE } from './helpers/notes.ts';
import { childrenOf, signalAll } from './helpers/processes.ts';
import { useServerProcess } from './helpers/use-server-process.ts';

/** A connection of its own for each request, and so any of the processes. */
const ANY_PROCESS = { connection: 'close' };

describe('a server of two processes', () => {
  const server = useServerProcess(
    {
      WEB_CONCURRENCY: '2',
      RATE_LIMITS: 'on',
      RATE_LIMIT_REQUESTS: '100000 in 1 minute',
      RATE_LIMIT_LOGINS: '6 in 15 minutes',
    },
    { waitsForLocks: true },
  );
  const workers = () => childrenOf(server.process.pid);
  const allGone = async (pids: number[]) => {
    await until(() =>
      pids.every((pid) => {
        try {
          return !process.kill(pid, 0);
        } catch {
          return true;
        }
      }),
    );
  };
  const expectSelf = async (client: HttpClient, username: string) =>
    expect((await client.currentUser()).data).toMatchObject({ currentUser: { username } });

  /** While one is frozen, the other answers all requests but those that were given to the frozen one already. */
  async function expectOthersAnswer(frozen: number, client: HttpClient, username: string) {
    let answered = 0;
    let answers: Promise<unknown>;
    signalAll([frozen], 'SIGSTOP');
    try {
      answers = Promise.all(
        Array.from({ length: 10 }, () => expectSelf(client, username).finally(() => answered++)),
      );
      await until(() => answered >= 5);
      expect(answered).toBeLessThan(10);
    } finally {
      signalAll([frozen], 'SIGCONT');
    }
    await answers;
  }

  it('can answer with both of them, and a session works in both', async () => {
    const client = server.client(ANY_PROCESS);
    const { username } = await client.register();
    const pids = await workers();
    expect(pids).toHaveLength(2);
    for (const pid of pids) await expectOthersAnswer(pid, client, username);
  });

  it('cannot be tried more often by asking the other one', async () => {
    const client = server.client(ANY_PROCESS);
    const codes: (string | undefined)[] = [];
    for (let i = 0; i < 12; i++) codes.push((await client.login(`nobody-${i}`, 'wrong')).code);
    expect(codes).toEqual([...Array(6).fill('INVALID_CREDENTIALS'), ...Array(6).fill('RATE_LIMITED')]);
  });

  it('can replace one that dies, and answers meanwhile', async () => {
    const client = server.client(ANY_PROCESS);
    const { username } = await client.register();
    const before = await workers();
    const [killed, left] = before;
    signalAll([killed!], 'SIGKILL');
    await allGone([killed!]);
    const replacement = await until(async () => {
      await expectSelf(client, username);
      return (await workers()).find((pid) => !before.includes(pid));
    });
    await until(() => server.process.output.includes('a server process died; starting another'));
    await expectOthersAnswer(left!, client, username);
    expect(await workers()).toContain(replacement);
  });

  it('can end as a whole: with SIGTERM after what is in progress, and without a trace when its first process is killed', async () => {
    const clients = await Promise.all(
      Array.from({ length: 4 }, async () => {
        const client = server.client(ANY_PROCESS);
        await client.register();
        return client;
      }),
    );
    const pids = await workers();
    const unlock = await server.lockNotes();
    const pending = Promise.all(clients.map((client) => client.graphql(CREATE_NOTE, { body: 'x' })));
    await until(async () => (await server.busy()).length === 4);
    const ended = server.process.end('SIGTERM');
    await unlock();
    for (const { data } of await pending) expect(data.createNote.note.body).toBe('x');
    const { code, milliseconds } = await ended;
    expect(code).toBe(0);
    expect(milliseconds).toBeLessThan(15_000);
    await allGone(pids);

    await server.process.startAgain();
    const orphans = await workers();
    expect(orphans).toHaveLength(2);
    await server.process.end('SIGKILL');
    await allGone(orphans);
  });
});
