import { type DocumentNode, GraphQLError, parse } from 'graphql';
import { LRUCache } from 'lru-cache';
import { ERROR_CODES, type ErrorCode } from '../graphile/error-codes.ts';
import { findExcess } from './find-excess.ts';
import { FragmentCycle, measureDocument } from './measure-document.ts';
import type { QueryLimits } from './query-limits.ts';

/**
 * Documents and characters that a process remembers. What was parsed of one takes about 100 bytes for each character, so
 * 50 MB; an application's documents are some hundred, of some hundred characters.
 */
const CACHE = { max: 500, maxSize: 500_000 };
/** Texts that are compared before a look into that memory; several steps of a request ask for the same one. */
const RECENT = 16;
/** Combinations of page sizes that are remembered for each document. */
const COMBINATIONS = 50;

/** A document that was read once: refused whatever its variables are, or to be judged with the variables of a request. */
export type Reading = { refusal: GraphQLError } | AcceptedDocument;
export type AcceptedDocument = {
  refusal: null;
  document: DocumentNode;
  /** Whether it asks for too much with these variables. At a size of page seen before, no more than a look-up. */
  judge(variables: Record<string, unknown> | null | undefined): GraphQLError | null;
};
export type ReadDocument = (text: string) => Reading;

/**
 * Makes the function that parses documents and counts what they ask for, before GraphQL's own validation: that takes
 * seconds for documents made to be slow. What it cannot parse, in as many tokens as are allowed, it refuses.
 */
export function makeReadDocument(limits: QueryLimits): ReadDocument {
  const readings = new LRUCache<string, Reading>({ ...CACHE, sizeCalculation: (_, text) => text.length + 1 });
  const recent: { text: string; reading: Reading }[] = [];
  let next = 0;

  return (text) => {
    // To compare texts, of which most differ in length already, takes a tenth of the time of a hash.
    for (const entry of recent) if (entry.text === text) return entry.reading;
    let reading = readings.get(text);
    if (!reading) {
      reading = read(text, limits);
      readings.set(text, reading);
    }
    recent[next] = { text, reading };
    next = (next + 1) % RECENT;
    return reading;
  };
}

function read(text: string, limits: QueryLimits): Reading {
  try {
    const document = parse(text, { maxTokens: limits.tokens, noLocation: true });
    const size = measureDocument(document, limits);
    const hasPageVariables = size.pageVariables.size > 0;
    const excess = findExcess(hasPageVariables ? { ...size, pageSize: 0, rows: 0 } : size, limits);
    if (excess) return { refusal: refuse('QUERY_TOO_COMPLEX', excess) };
    const judge = hasPageVariables ? makeJudge(document, [...size.pageVariables], limits) : () => null;
    return { refusal: null, document, judge };
  } catch (error) {
    return { refusal: toRefusal(error, limits) };
  }
}

function makeJudge(document: DocumentNode, names: string[], limits: QueryLimits): AcceptedDocument['judge'] {
  const verdicts = new LRUCache<string, { refusal: GraphQLError | null }>({ max: COMBINATIONS });
  return (variables) => {
    // Only numbers give a size; null means that none is given, and so do the values that will not be accepted.
    const sizes = names.map((name) => {
      const value = variables && Object.hasOwn(variables, name) ? variables[name] : undefined;
      return typeof value === 'number' || value === undefined ? value : null;
    });
    const key = sizes.map(String).join();
    let verdict = verdicts.get(key);
    if (!verdict) {
      const given = Object.fromEntries(names.map((name, index) => [name, sizes[index]]));
      const excess = findExcess(measureDocument(document, { ...limits, variables: given }), limits);
      verdict = { refusal: excess ? refuse('QUERY_TOO_COMPLEX', excess) : null };
      verdicts.set(key, verdict);
    }
    return verdict.refusal;
  };
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
