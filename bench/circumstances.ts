import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { cpus, loadavg, release, totalmem, type } from 'node:os';

/** Where and with what a run was made. */
export type Circumstances = {
  date: string;
  machine: string;
  /** Runnable processes over the last minute, before the run began and at its end. */
  loadAverage: { before: number; after: number };
  versions: Record<string, string>;
  database: string;
};

/** In whose `node_modules` a package is looked for. */
const FROM_ROOT = createRequire(new URL('../package.json', import.meta.url));
const FROM_BENCH = createRequire(new URL('./package.json', import.meta.url));

const PACKAGES: Array<[NodeJS.Require, string[]]> = [
  [FROM_ROOT, ['postgraphile', 'pg', 'express', 'express-session', 'connect-pg-simple', 'autocannon']],
  [FROM_BENCH, ['graphql-yoga', 'kysely', 'better-auth']],
];

export function describeMachine(): string {
  const [cpu] = cpus();
  const memory = Math.round(totalmem() / 1024 ** 3);
  return `${cpus().length} × ${cpu?.model.trim() ?? 'unknown processor'}, ${memory} GB of memory, ${type()} ${release()}`;
}

export const loadAverage = (): number => Math.round(loadavg()[0]! * 10) / 10;

export function findVersions(): Record<string, string> {
  return Object.fromEntries([
    ['node', process.versions.node],
    ...PACKAGES.flatMap(([from, names]) => names.map((name) => [name, versionOf(from, name)])),
  ]);
}

/** Reads the nearest package.json, which a package need not export; `not installed` without one. */
function versionOf(from: NodeJS.Require, name: string): string {
  for (const folder of from.resolve.paths(name) ?? []) {
    try {
      return JSON.parse(readFileSync(`${folder}/${name}/package.json`, 'utf8')).version;
    } catch {
      // Not in this one.
    }
  }
  return 'not installed';
}
