import { type DocumentNode, GraphQLError, parse } from 'graphql';
import { LRUCache } from 'lru-cache';
import { ERROR_CODES, type ErrorCode } from '../graphile/error-codes.ts';
import { DocumentCost } from '../rate-limits/work-of-request.ts';
import { findExcess } from './find-excess.ts';
import { type DocumentSize, FragmentCycle, measureDocument } from './measure-document.ts';
import type { QueryLimits } from './query-limits.ts';
import { countEntries } from './variable-values.ts';

/**
 * Documents and characters that a process remembers. What was parsed of one takes about 100 bytes for each character, so
 * 50 MB; an application's documents are some hundred, of some hundred characters.
 */
const CACHE = { max: 500, maxSize: 500_000 };
/** Texts that are compared before a look into that memory; several steps of a request ask for the same one. */
const RECENT = 16;
/** Combinations of sizes of variables that are remembered for each document. */
const COMBINATIONS = 50;

/** A document that was read once: refused whatever its variables are, or to be judged with the variables of a request. */
export type Reading = { refusal: GraphQLError } | AcceptedDocument;
export type AcceptedDocument = {
  refusal: null;
  document: DocumentNode;
  /** It was found not to fit the schema, and is refused without further work. */
  isInvalid?: boolean;
  /** Called once with the milliseconds that its validation took; null when it has been validated. */
  chargeValidation?: ((milliseconds: number) => void) | null;
  /** Whether it asks for too much with these variables. With sizes seen before, no more than a look-up. */
  judge(variables: Variables): GraphQLError | null;
  /** The same, and what it costs with variables of these sizes. */
  inspect(variables: Variables): Verdict;
};
type Variables = Record<string, unknown> | null | undefined;
type Verdict = { refusal: GraphQLError | null; cost: DocumentCost };
export type ReadDocument = ((text: string) => Reading) & {
  /** Tells which fields of the schema are lists of objects; what was read before is forgotten. */
  setListFields(names: ReadonlySet<string>): void;
};

/**
 * Makes the function that parses documents and counts what they ask for, before GraphQL's own validation: that takes
 * seconds for documents made to be slow. What it cannot parse, in as many tokens as are allowed, it refuses.
 */
export function makeReadDocument(limits: QueryLimits): ReadDocument {
  const readings = new LRUCache<string, Reading>({ ...CACHE, sizeCalculation: (_, text) => text.length + 1 });
  const recent: { text: string; reading: Reading }[] = [];
  let next = 0;
  let listFields: ReadonlySet<string> = new Set();

  function readDocument(text: string): Reading {
    // To compare texts, of which most differ in length already, takes a tenth of the time of a hash.
    for (const entry of recent) if (entry.text === text) return entry.reading;
    let reading = readings.get(text);
    if (!reading) {
      reading = read(text, limits, listFields);
      readings.set(text, reading);
    }
    recent[next] = { text, reading };
    next = (next + 1) % RECENT;
    return reading;
  }

  return Object.assign(readDocument, {
    setListFields(names: ReadonlySet<string>) {
      listFields = names;
      readings.clear();
      recent.length = 0;
      next = 0;
    },
  });
}

function read(text: string, limits: QueryLimits, listFields: ReadonlySet<string>): Reading {
  try {
    const document = parse(text, { maxTokens: limits.tokens, noLocation: true });
    const size = measureDocument(document, { ...limits, listFields });
    const hasVariables = size.variables.size > 0;
    const excess = findExcess(hasVariables ? { ...size, pageSize: 0, rows: 0, values: 0 } : size, limits);
    if (excess) return { refusal: refuse('QUERY_TOO_COMPLEX', excess) };
    const inspect = hasVariables
      ? makeInspect(document, size, limits, listFields, text.length)
      : always({ refusal: null, cost: new DocumentCost(size, text.length) });
    return { refusal: null, document, inspect, judge: (variables) => inspect(variables).refusal };
  } catch (error) {
    return { refusal: toRefusal(error, limits) };
  }
}

const always =
  <T>(value: T) =>
  () =>
    value;

function makeInspect(
  document: DocumentNode,
  { variables: used, pageVariables }: DocumentSize,
  limits: QueryLimits,
  listFields: ReadonlySet<string>,
  length: number,
): AcceptedDocument['inspect'] {
  const names = [...used].map((name) => ({ name, isPageSize: pageVariables.has(name) }));
  const verdicts = new LRUCache<string, Verdict>({ max: COMBINATIONS });
  return (variables) => {
    let key = '';
    for (const { name, isPageSize } of names) {
      const value = variables && Object.hasOwn(variables, name) ? variables[name] : undefined;
      key += `${sizeOf(value, isPageSize)},`;
    }
    let verdict = verdicts.get(key);
    if (!verdict) {
      const size = measureDocument(document, { ...limits, variables, listFields });
      const excess = findExcess(size, limits);
      const refusal = excess ? refuse('QUERY_TOO_COMPLEX', excess) : null;
      verdict = { refusal, cost: new DocumentCost(size, length) };
      verdicts.set(key, verdict);
    }
    return verdict;
  };
}

/** What of a variable decides how much it asks for: whether it is given, a size of pages, or how many entries it has. */
function sizeOf(value: unknown, isPageSize: boolean): number | string {
  if (value === undefined) return '';
  if (typeof value === 'object' && value !== null) return `e${countEntries(value)}`;
  return isPageSize && typeof value === 'number' ? value : '-';
}

function toRefusal(error: unknown, limits: QueryLimits): GraphQLError {
  if (error instanceof FragmentCycle) return refuse('GRAPHQL_VALIDATION_FAILED', error.message);
  const isTooLong = error instanceof GraphQLError && error.message.includes('tokens. Parsing aborted');
  if (isTooLong) return refuse('QUERY_TOO_COMPLEX', `At most ${limits.tokens} tokens are read.`);
  if (error instanceof GraphQLError)
    return new GraphQLError(error.message, {
      source: error.source,
      positions: error.positions,
      extensions: { code: 'GRAPHQL_PARSE_FAILED' },
    });
  // The parser calls itself for what is nested, and has run out of stack.
  return refuse('QUERY_TOO_COMPLEX');
}

function refuse(code: ErrorCode, message: string = ERROR_CODES[code].message): GraphQLError {
  return new GraphQLError(message, { extensions: { code } });
}
