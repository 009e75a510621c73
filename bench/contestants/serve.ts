import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { answerParent } from '../process/answer-parent.ts';
import type { ContestantSettings, StartContestant } from './settings.ts';

/** What a server has used since its process began. */
export type Sample = {
  /** Microseconds, of all threads. */
  cpu: number;
  requests: number;
  /** Bytes. */
  rss: number;
  /** Bytes, after a collection if the process was started with --expose-gc. */
  heap: number;
};

// The process of one contestant: builds its server and says, when asked, what that has used.
const [modulePath = ''] = process.argv.slice(2);
let requests = 0;
let connections = () => Promise.resolve(0);

answerParent({
  async start(settings: ContestantSettings): Promise<number> {
    const { start } = (await import(modulePath)) as { start: StartContestant };
    const server = await start(settings);
    server.on('request', () => {
      requests += 1;
    });
    connections = () =>
      new Promise((resolve, reject) =>
        server.getConnections((error, count) => (error ? reject(error) : resolve(count))),
      );
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  },

  async prepare(argument: unknown): Promise<void> {
    const { prepare } = await import(modulePath);
    await prepare(argument);
  },

  /** Waits until the load has hung up, so that all that it caused is counted. */
  async sample(): Promise<Sample> {
    while ((await connections()) > 0) await new Promise((resolve) => setTimeout(resolve, 5));
    global.gc?.();
    const { user, system } = process.cpuUsage();
    const { rss, heapUsed } = process.memoryUsage();
    return { cpu: user + system, requests, rss, heap: heapUsed };
  },
});
