import { once } from 'node:events';
import { type AddressInfo, createConnection, createServer, type Socket } from 'node:net';
import { answerParent } from '../process/answer-parent.ts';
import { makeStatementCounter } from './make-statement-counter.ts';

export type ProxySettings = { host: string; port: number; delay: number };
/** What clients have sent: statements, and writes. */
export type ProxyCounts = { statements: number; flushes: number };

// A process of its own between servers and their database, which makes the way longer, and counts what passes.
const counts: ProxyCounts = { statements: 0, flushes: 0 };

answerParent({
  async start({ host, port, delay }: ProxySettings): Promise<number> {
    const server = createServer({ noDelay: true }, (client) => {
      const database = createConnection({ host, port, noDelay: true });
      const count = makeStatementCounter();
      client.on('data', (chunk) => {
        counts.statements += count(chunk);
        counts.flushes += 1;
        // The whole of the round trip is on the way there: one timer, so one error of its clock.
        setTimeout(() => database.write(chunk), delay);
      });
      database.on('data', (chunk) => client.write(chunk));
      endTogether(client, database);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  },

  counts: (): ProxyCounts => counts,
});

function endTogether(...sockets: [Socket, Socket]): void {
  for (const [socket, other] of [sockets, sockets.toReversed() as [Socket, Socket]]) {
    socket.on('error', () => other.destroy());
    socket.on('close', () => other.destroy());
  }
}
