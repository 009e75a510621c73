/** How much one document may ask for. Counts are of the whole document, with its fragments expanded. */
export type QueryLimits = {
  /** Fields within fields. */
  depth: number;
  fields: number;
  aliases: number;
  directives: number;
  /** Of the text, as GraphQL's own parser counts them. */
  tokens: number;
  /** The most that `first` and `last` may ask for. */
  pageSize: number;
  /** Rows of a connection for which neither is given. */
  defaultPageSize: number;
  /** The product of the sizes of pages within pages. */
  rows: number;
};

/**
 * Depth, fields, aliases and pages: more than a screen of an application shows, and little enough to plan in some
 * milliseconds. Directives: what GraphQL Armor allows by default; clients use them to leave fields out, a few at a time.
 * Tokens: 500 fields with an argument each are 3,000, and the worst document of 4,000 is validated in 40 ms.
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
};
