import cluster from 'node:cluster';
import { AggregatorRegistry, type Registry } from 'prom-client';
import type { Config } from '../config.ts';
import { serveMetrics } from './serve-metrics.ts';

/**
 * Makes a process's metrics readable: on METRICS_PORT, or, where the server runs in several processes, through the
 * first of them, which adds them up. @returns what undoes it.
 */
export async function exposeMetrics(
  { host, metricsPort }: Pick<Config, 'host' | 'metricsPort'>,
  metrics: { registry: Registry } | null,
): Promise<() => Promise<void>> {
  if (metricsPort === undefined) return async () => {};
  if (cluster.isWorker) {
    if (metrics) AggregatorRegistry.setRegistries([metrics.registry]);
    new AggregatorRegistry(); // answers the first process from now on
    return async () => {};
  }
  const address = { host, port: metricsPort };
  if (metrics) return serveMetrics(metrics.registry, address);
  const processes = new AggregatorRegistry();
  return serveMetrics(
    { contentType: processes.contentType, metrics: () => processes.clusterMetrics() },
    address,
  );
}
