import cluster from 'node:cluster';
import { AggregatorRegistry, type Registry } from 'prom-client';
import type { Config } from '../config.ts';
import { serveMetrics } from './serve-metrics.ts';

/**
 * Makes a process's metrics readable on METRICS_PORT. Of several server processes the first answers: with its own, which
 * are those of the jobs, and the sum of the others'. @returns what undoes it.
 *
 * @param hasProcesses this process has started the others
 */
export async function exposeMetrics(
  { host, metricsPort }: Pick<Config, 'host' | 'metricsPort'>,
  registry: Registry | undefined,
  { hasProcesses = false } = {},
): Promise<() => Promise<void>> {
  if (metricsPort === undefined || !registry) return async () => {};
  if (cluster.isWorker) {
    AggregatorRegistry.setRegistries([registry]);
    new AggregatorRegistry(); // answers the first process from now on
    return async () => {};
  }
  const address = { host, port: metricsPort };
  if (!hasProcesses) return serveMetrics(registry, address);
  const processes = new AggregatorRegistry();
  const { contentType } = processes;
  const metrics = async () =>
    (await Promise.all([processes.clusterMetrics(), registry.metrics()])).join('\n');
  return serveMetrics({ contentType, metrics }, address);
}
