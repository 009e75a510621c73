import { describe, expect, it } from '@jest/globals';
import { makeReadDocument, type Reading } from '../../src/query-limits/make-read-document.ts';
import { DEFAULT_QUERY_LIMITS, parseQueryLimits } from '../../src/query-limits/query-limits.ts';

const readDocument = makeReadDocument(DEFAULT_QUERY_LIMITS);
const code = (reading: Reading) => reading.refusal?.extensions.code;

describe('reading a document', () => {
  it('can be done once for the same text', () => {
    const text = '{ currentUser { rowId } }';
    const first = readDocument(text);
    readDocument('{ __typename }');
    expect(readDocument(`${text}`)).toBe(first);
    expect(first.refusal).toBeNull();
  });

  it('cannot succeed for what is not GraphQL: it says where', () => {
    const { refusal } = readDocument('{ a { }');
    expect(refusal?.message).toMatch(/^Syntax Error/);
    expect(refusal?.extensions).toEqual({ code: 'GRAPHQL_PARSE_FAILED' });
    expect(refusal?.locations).toEqual([{ line: 1, column: 7 }]);
  });

  it('cannot go on beyond the limit of tokens', () => {
    const text = (tokens: number) => `{ ${'a '.repeat(tokens - 2)}}`;
    const limits = { ...DEFAULT_QUERY_LIMITS, fields: 5_000 };
    expect(code(makeReadDocument(limits)(text(4_000)))).toBeUndefined();
    expect(code(makeReadDocument(limits)(text(4_001)))).toBe('QUERY_TOO_COMPLEX');
  });

  it('cannot fail in another way than by a refusal: what exhausts the stack is too complex', () => {
    const limits = { ...DEFAULT_QUERY_LIMITS, tokens: 1_000_000 };
    for (const text of [`{ a(b: ${'['.repeat(50_000)}`, '{a'.repeat(50_000)])
      expect(code(makeReadDocument(limits)(text))).toBe('QUERY_TOO_COMPLEX');
  });

  it('cannot succeed for fragments that spread themselves', () => {
    const { refusal } = readDocument('{ ...F } fragment F on Query { ...F }');
    expect(refusal?.message).toBe('Cannot spread fragment "F" within itself.');
    expect(refusal?.extensions).toEqual({ code: 'GRAPHQL_VALIDATION_FAILED' });
  });

  it('can be judged anew for the variables of each request', () => {
    const text = 'query ($n: Int, $m: Int) { a(first: $n) { nodes { b(first: $m) { nodes { c } } } } }';
    const reading = readDocument(text);
    if (reading.refusal) throw reading.refusal;
    const judged = (variables: Record<string, unknown> | null | undefined) =>
      reading.judge(variables)?.message ?? null;
    for (let round = 0; round < 2; round++) {
      expect(judged(undefined)).toBeNull();
      expect(judged(null)).toBeNull();
      expect(judged({ n: 100, m: 100, other: 'x' })).toBeNull();
      expect(judged({ n: 101 })).toBe('Rows of a page: this asks for 101, and at most 100 are answered.');
      expect(judged({ m: 1e9 })).toMatch(/^Rows of a page/);
      expect(judged({ n: null, m: 'x' })).toBeNull();
    }
  });

  it('can be judged by how many entries its variables have, wherever they are used', () => {
    const reading = readDocument(
      'query ($f: F, $id: Int) { a(f: $f, id: $id) { nodes { b } } c(f: $f) { d } }',
    );
    if (reading.refusal) throw reading.refusal;
    const judged = (entries: number) =>
      reading.judge({ f: Array(entries).fill(1), id: entries })?.message ?? null;
    for (let round = 0; round < 2; round++) {
      // 5 fields, and each entry twice.
      expect(judged(247)).toBeNull();
      expect(judged(248)).toMatch(/^Fields and entries of values.*asks for 501, and at most 500/);
    }
    let deep: unknown = 1;
    for (let depth = 0; depth < 50_000; depth++) deep = [deep];
    expect(reading.judge({ f: deep })).not.toBeNull();
  });

  it('can know which fields of the schema are lists', () => {
    const read = makeReadDocument(DEFAULT_QUERY_LIMITS);
    const text = '{ list { list { list { list { a } } } } }';
    expect(code(read(text))).toBeUndefined();
    read.setListFields(new Set(['list']));
    expect(code(read(text))).toBe('QUERY_TOO_COMPLEX');
  });

  it('cannot succeed if it asks for too much whatever its variables are', () => {
    const aliases = Array.from({ length: 31 }, (_, i) => `a${i}: a(first: $n) { nodes { b } }`).join(' ');
    expect(code(readDocument(`query ($n: Int) { ${aliases} }`))).toBe('QUERY_TOO_COMPLEX');
  });

  it('can tell a null, which means the default size, from a variable that is left out', () => {
    const reading = readDocument('query ($n: Int = 101) { a(first: $n) { nodes { b } } }');
    if (reading.refusal) throw reading.refusal;
    expect(reading.judge({ n: null })).toBeNull();
    expect(reading.judge({})).not.toBeNull();
    expect(reading.judge({ n: null })).toBeNull();
  });
});

describe('QUERY_LIMITS', () => {
  it('can change some of the limits', () => {
    expect(parseQueryLimits('depth=15, fields=800')).toEqual({
      ...DEFAULT_QUERY_LIMITS,
      depth: 15,
      fields: 800,
    });
  });

  it('cannot name other limits, or be anything but whole numbers above 0', () => {
    for (const text of [
      '',
      'depth',
      'depth=',
      'depth=0',
      'depth=-1',
      'depth=1.5',
      'toString=5',
      'depth=5 x',
      'pageSize=10',
    ])
      expect([text, parseQueryLimits(text)]).toEqual([text, null]);
  });
});
