import { parseCounts } from '../parse-counts.ts';

/** How much one document may ask for. Counts are of the whole document, with its fragments expanded. */
export type QueryLimits = {
  /** Fields within fields. */
  depth: number;
  /** Fields, and entries of the lists and objects in arguments and variables. */
  fields: number;
  aliases: number;
  directives: number;
  /** Of the text, as GraphQL's own parser counts them. */
  tokens: number;
  /** The most that `first` and `last` may ask for. */
  pageSize: number;
  /** Rows of a connection for which neither is given. */
  defaultPageSize: number;
  /** The sizes of pages within pages, multiplied, and summed over pages beside each other. */
  rows: number;
  /** The same, of single values: each field of a page counts once for each row. */
  values: number;
  /** What all statements of a request may be answered by the database, in kilobytes. */
  kilobytes: number;
};

/**
 * Depth, fields, aliases and pages: more than a screen of an application shows. Directives: as many as GraphQL Armor
 * allows by default; clients use them to leave fields out, some at a time. Tokens: 500 fields with an argument each are
 * about 3,000; GraphQL validates the slowest documents of 4,000 that we found within the other limits, hundreds of fragments
 * that ask for the same field, in about 30 ms, which clients are charged for. Values: 10,000 rows of 20 columns. Kilobytes: an
 * answer of 10 MB keeps a process busy for about a quarter of a second.
 */
export const DEFAULT_QUERY_LIMITS: QueryLimits = {
  depth: 12,
  fields: 500,
  aliases: 30,
  directives: 50,
  tokens: 4_000,
  pageSize: 100,
  defaultPageSize: 20,
  rows: 10_000,
  values: 200_000,
  kilobytes: 10_000,
};

/** Reads `depth=15 fields=800`: the defaults for what is not named. Null for anything else. */
export function parseQueryLimits(text: string): QueryLimits | null {
  const limits = parseCounts(text, DEFAULT_QUERY_LIMITS);
  return limits && limits.defaultPageSize <= limits.pageSize ? limits : null;
}
