import { EventEmitter } from 'node:events';
import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import type { Metric, Registry } from 'prom-client';
import { makeMetrics } from '../../src/telemetry/metrics.ts';
import { countJobs } from '../../worker/worker-metrics.ts';

type Panel = {
  id: number;
  type: string;
  title: string;
  gridPos: { x: number; y: number; w: number; h: number };
  targets?: { expr: string; legendFormat: string; datasource: { uid: string } }[];
};
/** What Prometheus adds to every sample itself, and what a histogram adds. */
const ADDED_LABELS = ['job', 'instance', 'le'];

const read = (file: string) => readFile(new URL(`../../${file}`, import.meta.url), 'utf8');

/** Everything that a server and a worker count. Nothing is asked of the pools. */
function registryOfEverything(): Registry {
  const pool = new pg.Pool();
  const pools = { data: pool, auth: pool, read: pool, end: async () => {} };
  const { registry } = makeMetrics(pools, { pool, isFresh: () => true, stop: () => {} });
  countJobs({ registry, pool, events: new EventEmitter() });
  return registry;
}

describe('what is said of the metrics', () => {
  const registry = registryOfEverything();
  let dashboard: { title: string; uid: string; panels: Panel[]; templating: { list: { query: unknown }[] } };
  let queries: string[];
  beforeAll(async () => {
    dashboard = JSON.parse(await read('ops/grafana-dashboard.json'));
    queries = [
      ...dashboard.panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr)),
      ...dashboard.templating.list.map(({ query }) => JSON.stringify(query)),
    ];
  });

  /** The metric of a name in a query; a histogram has three. */
  const find = (name: string): (Metric & { labelNames?: string[] }) | undefined =>
    registry.getSingleMetric(name) ?? registry.getSingleMetric(name.replace(/_(bucket|sum|count)$/, ''));
  const namesIn = (text: string) =>
    [...text.matchAll(/\b(?:rowgate|nodejs|process)_[a-z0-9_]+\b/g)].map(([name]) => name);
  const unknown = (names: string[]) => [...new Set(names)].filter((name) => !find(name));

  it('cannot name a metric in the dashboard that does not exist, or leave one of our own out', () => {
    const names = namesIn(queries.join('\n'));
    expect(names.length).toBeGreaterThan(20);
    expect(unknown(names)).toEqual([]);
    const own = registry
      .getMetricsAsArray()
      .map(({ name }) => name)
      .filter((name) => name.startsWith('rowgate_'));
    const shown = new Set(names.map((name) => name.replace(/_(bucket|sum|count)$/, '')));
    expect(own.filter((name) => !shown.has(name))).toEqual([]);
  });

  it('cannot ask in the dashboard for a label that a metric does not have', () => {
    const missing = queries.flatMap((query) =>
      [...query.matchAll(/by \(([^)]*)\) \((?:\w+\()?(\w+)\{([^}]*)\}|(\w+)\{([^}]*)\}/g)].flatMap(
        ([, by = '', first, matchers, second, others]) => {
          const metric = (first ?? second) as string;
          const labels = [
            ...by.split(',').map((label) => label.trim()),
            ...[...(matchers ?? others ?? '').matchAll(/(\w+)\s*(?:=~|!~|!=|=)/g)].map(([, label]) => label),
          ].filter((label): label is string => !!label);
          const known = [...((find(metric) as { labelNames?: string[] })?.labelNames ?? []), ...ADDED_LABELS];
          return labels.filter((label) => !known.includes(label)).map((label) => `${metric}: ${label}`);
        },
      ),
    );
    expect(missing).toEqual([]);
  });

  it('can be imported into Grafana: panels with a place, a title and a source of their own', () => {
    const { panels, uid, title } = dashboard;
    expect([uid, title]).toEqual(['rowgate', 'Rowgate']);
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    for (const { type, title, gridPos, targets = [] } of panels) {
      expect(title).not.toBe('');
      expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24);
      if (type !== 'row') expect(targets.length).toBeGreaterThan(0);
      for (const { datasource } of targets) expect(datasource.uid).toMatch(/^\$\{datasource\}$/);
    }
    const places = panels.map(({ gridPos: { x, y } }) => `${x} ${y}`);
    expect(new Set(places).size).toBe(places.length);
  });

  it('cannot name a metric in the documentation that does not exist, or leave one of our own out', async () => {
    const names = namesIn(await read('docs/operations.md'));
    expect(unknown(names)).toEqual([]);
    const own = registry
      .getMetricsAsArray()
      .map(({ name }) => name)
      .filter((name) => name.startsWith('rowgate_'));
    const said = new Set(names.map((name) => name.replace(/_(bucket|sum|count)$/, '')));
    expect(own.filter((name) => !said.has(name))).toEqual([]);
  });
});
