import { Agent, request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { WebSocket } from 'ws';

type Sent = { query: string; variables?: object; headers?: Record<string, string> };
export type Attacker = ReturnType<typeof makeAttacker>;

const HEAVY = `subscription { currentUserUpdated { query {
  sessions(first: 99) { nodes { user { sessions(first: 100) { nodes { rowId createdAt } } } } } } } }`;

/** A client that reads its answers only to throw them away. */
export function makeAttacker(url: string, token: string, address: string) {
  const agent = new Agent({ keepAlive: true, maxSockets: 50 });
  const answers: Record<string, number> = {};
  const own = { 'x-forwarded-for': address, authorization: `Bearer ${token}` };
  const count = (what: string) => {
    answers[what] = (answers[what] ?? 0) + 1;
  };

  function send({ query, variables, headers = {} }: Sent): Promise<void> {
    const body = JSON.stringify({ query, variables });
    const all = {
      ...own,
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      ...headers,
    };
    return new Promise((resolve) => {
      const sent = request(`${url}/graphql`, { method: 'POST', agent, headers: all }, (response) => {
        let start = '';
        response.on('data', (chunk: Buffer) => {
          if (start.length < 300) start += chunk.toString('latin1', 0, 300);
        });
        response.on('end', () => {
          count(`${response.statusCode} ${/"code":"(\w+)"/.exec(start)?.[1] ?? ''}`.trim());
          resolve();
        });
        response.on('error', () => resolve());
      });
      sent.on('error', (error: NodeJS.ErrnoException) => {
        count(error.code ?? error.message);
        resolve();
      });
      sent.end(body);
    });
  }

  return {
    answers,
    /** So many at a time, each as soon as the one before is answered. */
    async loop(atOnce: number, make: (index: number) => Sent): Promise<void> {
      let index = 0;
      const one = async () => {
        for (;;) {
          await send(make(index++));
          // A refusal is quick; a flood of them is another attack.
          await delay(20);
        }
      };
      await Promise.all(Array.from({ length: atOnce }, one));
    },
    /** One each so many milliseconds, whatever becomes of the others. */
    async every(milliseconds: number, make: (index: number) => Sent): Promise<void> {
      for (let index = 0; ; index++) {
        void send(make(index));
        await delay(milliseconds);
      }
    },
    /** Heavy subscriptions, on sockets that are closed after so many milliseconds, if at all, and opened again. */
    async subscribe(sockets: number, subscriptions: number, closedAfter?: number): Promise<void> {
      const one = async () => {
        for (;;) {
          const ws = new WebSocket(url.replace('http', 'ws').concat('/graphql'), 'graphql-transport-ws', {
            headers: own,
          });
          const closed = new Promise((resolve) => ws.on('close', resolve));
          ws.on('error', () => count('socket error'));
          ws.on('close', (code) => count(`closed ${code}`));
          ws.on('open', () => ws.send('{"type":"connection_init"}'));
          ws.on('message', (data: Buffer) => {
            const { type } = JSON.parse(data.length < 1_000 ? String(data) : '{"type":"next"}');
            count(type);
            if (type !== 'connection_ack') return;
            for (let id = 0; id < subscriptions; id++)
              ws.send(JSON.stringify({ id: String(id), type: 'subscribe', payload: { query: HEAVY } }));
            if (closedAfter !== undefined) setTimeout(() => ws.terminate(), closedAfter);
          });
          await closed;
          await delay(100);
        }
      };
      await Promise.all(Array.from({ length: sockets }, one));
    },
  };
}
