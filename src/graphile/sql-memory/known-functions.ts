import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** The packages whose functions make the same SQL of the same arguments, whoever asks, and whenever. */
const PACKAGES = ['graphile-build-pg', '@dataplan/pg', 'pg-sql2', 'postgraphile-plugin-connection-filter'];

// biome-ignore lint/complexity/noBannedTypes: any of them
type AnyFunction = Function;
/** What graphile's EXPORTABLE notes of a function: what it closes over. */
type Exportable = { $exporter$args?: readonly unknown[] };

const declared = new WeakSet<AnyFunction>();
const judged = new WeakMap<AnyFunction, boolean>();
const isSource = new Map<string, boolean>();

/**
 * Declares that an `apply` function depends on nothing but the value that it is given, so that its SQL may be used again.
 * One that reads the clock, a variable, a file or `context()` must not be declared: it would get another request's SQL.
 */
export function declarePure<F extends AnyFunction>(apply: F): F {
  declared.add(apply);
  return apply;
}

/**
 * Whether a function is known to depend on nothing but its arguments: it is declared to, or its text is in one of the
 * packages and all functions that it closes over are known too. Every other function may do anything.
 */
export function isKnown(fn: AnyFunction): boolean {
  const known = judged.get(fn);
  if (known !== undefined) return known;
  // For functions that close over themselves.
  judged.set(fn, true);
  const parts = (fn as Exportable).$exporter$args ?? [];
  const result =
    declared.has(fn) ||
    (isFromPackage(fn) && parts.every((part) => typeof part !== 'function' || isKnown(part)));
  judged.set(fn, result);
  return result;
}

function isFromPackage(fn: AnyFunction): boolean {
  const text = Function.prototype.toString.call(fn);
  const known = isSource.get(text) ?? sources().some((source) => source.includes(text));
  isSource.set(text, known);
  return known;
}

let read: WeakRef<readonly string[]> | undefined;

/** Needed while a schema is new; not kept. */
function sources(): readonly string[] {
  const kept = read?.deref();
  if (kept) return kept;
  const files: string[] = [];
  for (const name of PACKAGES) {
    const folder = dirname(resolve(name));
    for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' }))
      if (file.endsWith('.js')) files.push(readFileSync(join(folder, file), 'utf8'));
  }
  read = new WeakRef(files);
  return files;
}

const here = createRequire(import.meta.url);
const ofPostgraphile = createRequire(here.resolve('postgraphile'));

function resolve(name: string): string {
  try {
    return ofPostgraphile.resolve(name);
  } catch {
    return here.resolve(name);
  }
}
