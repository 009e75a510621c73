import { startChild } from '../process/child.ts';
import type { ProxyCounts, ProxySettings } from './serve-proxy.ts';

export type DatabaseProxy = {
  /** The same database, the longer way. */
  through(databaseUrl: string): string;
  counts(): Promise<ProxyCounts>;
  stop(): Promise<void>;
};

/** Starts a proxy to the server of a database URL; `delay` is what it adds to a round trip, in milliseconds. */
export async function startProxy(databaseUrl: string, delay: number): Promise<DatabaseProxy> {
  const { hostname, port } = new URL(databaseUrl);
  const child = startChild(new URL('./serve-proxy.ts', import.meta.url));
  const settings: ProxySettings = { host: hostname, port: Number(port || 5432), delay };
  const proxyPort = await child.ask<number>('start', settings);
  return {
    through(url) {
      const changed = new URL(url);
      changed.hostname = '127.0.0.1';
      changed.port = String(proxyPort);
      return changed.href;
    },
    counts: () => child.ask<ProxyCounts>('counts'),
    stop: () => child.stop(),
  };
}
