import type { Catalogue, Routine } from '../catalogue/types.ts';
import { quoteNames } from '../sql/quote-name.ts';

/** The schemas of a function's own search_path; null if it has none. */
export function searchPath({ settings }: Routine): string[] | null {
  const setting = settings.find((line) => line.startsWith('search_path='));
  if (setting === undefined) return null;
  return [...setting.slice('search_path='.length).matchAll(/"((?:[^"]|"")*)"|[^\s,"]+/g)]
    .map(([text, quoted]) => quoted?.replaceAll('""', '"') ?? text)
    .filter((name) => name !== '');
}

/** SQL that gives a function a path with pg_temp at its end and no schema in which a client may create. */
export function setSearchPath(catalogue: Catalogue, routine: Routine, path: string[]): string {
  const safe = ['pg_catalog', ...path].filter(
    (schema, index, all) =>
      schema !== 'pg_temp' && all.indexOf(schema) === index && !catalogue.writableSchemas.includes(schema),
  );
  return `alter ${routine.kind} ${routine.name} set search_path = ${quoteNames([...safe, 'pg_temp'])};`;
}
