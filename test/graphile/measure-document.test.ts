import { describe, expect, it } from '@jest/globals';
import { type DocumentNode, getIntrospectionQuery, parse } from 'graphql';
import { findExcess } from '../../src/query-limits/find-excess.ts';
import { FragmentCycle, measureDocument } from '../../src/query-limits/measure-document.ts';
import { DEFAULT_QUERY_LIMITS } from '../../src/query-limits/query-limits.ts';

const measure = (text: string, variables?: Record<string, unknown>) =>
  measureDocument(parse(text), { ...DEFAULT_QUERY_LIMITS, variables });
const times = (count: number, make: (index: number) => string) =>
  Array.from({ length: count }, (_, i) => make(i)).join(' ');

describe('the size of a document', () => {
  it('can be counted in fields, aliases and directives, and in depth', () => {
    expect(measure('{ a { b { c } d: e @skip(if: true) } }')).toMatchObject({
      depth: 3,
      fields: 4,
      aliases: 1,
      directives: 1,
    });
  });

  it('can be counted with fragments expanded, wherever they stand and however they nest', () => {
    const fragments =
      'fragment F on T @d { a { ...G } } fragment G on T { x: b ... on T { c @d } ... @d { c } }';
    expect(measure(`{ ...F r { ...F @d ...G } } ${fragments}`)).toMatchObject({
      depth: 3,
      fields: 4 + 1 + 4 + 3,
      aliases: 3,
      directives: 3 + 1 + 3 + 2,
    });
  });

  it('can be counted over all operations, and over fragments that none of them spreads', () => {
    expect(measure('query A { a } query B @d { b { c } } fragment F on T { x: a }')).toMatchObject({
      depth: 2,
      fields: 4,
      aliases: 1,
      directives: 1,
    });
  });

  it('cannot take long for fragments that spread each other twice: each is looked at once', () => {
    const bomb = (fragments: number) =>
      parse(
        `{ ...F0 } ${times(fragments - 1, (i) => `fragment F${i} on Query { ...F${i + 1} ...F${i + 1} }`)}
        fragment F${fragments - 1} on Query { currentUser { rowId } }`,
      );
    expect(measureDocument(bomb(20), DEFAULT_QUERY_LIMITS)).toMatchObject({ fields: 2 * 2 ** 19, depth: 2 });
    // More than a number can hold, and still too many.
    const size = measureDocument(bomb(400), DEFAULT_QUERY_LIMITS);
    expect(findExcess(size, DEFAULT_QUERY_LIMITS)).toMatch(/^Fields/);

    const fastest = (document: DocumentNode) =>
      Math.min(
        ...Array.from({ length: 200 }, () => {
          const startedAt = performance.now();
          measureDocument(document, DEFAULT_QUERY_LIMITS);
          return performance.now() - startedAt;
        }),
      );
    // Twice as long, at any speed; to look at each of the fields would take a thousand times as long.
    expect(fastest(bomb(20))).toBeLessThan(20 * fastest(bomb(10)));
  });

  it('can be counted with the entries of lists and objects, wherever they stand', () => {
    const fields = (text: string, variables?: Record<string, unknown>) => measure(text, variables).fields;
    expect(fields('{ a(b: 1, c: "x", d: [1, 2, 3]) }')).toBe(1 + 3);
    expect(fields('{ a(f: { or: [{ b: 1 }, { b: { c: 2 } }] }) }')).toBe(1 + 1 + 2 + 2 + 1);
    expect(fields('{ a @d(l: [1, 2]) ...F ...F } fragment F on T @d(l: [1]) { b(o: { c: 1 }) }')).toBe(
      3 + 2 + 2 * 2,
    );
    const given = { f: { or: [{ b: 1 }, { b: [1, 2] }] } };
    expect(fields('query ($f: F) { a(f: $f) }', given)).toBe(1 + 7);
    expect(fields('query ($f: F) { a(f: $f) b(f: { and: [$f, $f] }) }', given)).toBe(2 + 3 + 3 * 7);
    expect(fields('query ($f: F) { ...G ...G } fragment G on T { a(f: $f) }', given)).toBe(2 * (1 + 7));
    expect(fields('query ($f: F) { a(f: $f) }', { other: given })).toBe(1);
    expect(fields('query ($f: F = [1, 2]) { a(f: $f) b(f: $f) }')).toBe(2 + 2 + 2 * 2);
    expect(fields('query ($toString: F) { a(f: $toString) }', {})).toBe(1);
  });

  it('cannot be that of a fragment that spreads itself', () => {
    for (const text of [
      '{ ...F } fragment F on T { ...F }',
      '{ a } fragment F on T { a { ...G } } fragment G on T { ... { ...F } }',
    ])
      expect(() => measure(text)).toThrow(FragmentCycle);
    expect(measure('{ ...Unknown }')).toMatchObject({ fields: 0 });
  });

  it('can be that of the introspection query with which GraphiQL begins', () => {
    const everything = { specifiedByUrl: true, directiveIsRepeatable: true, schemaDescription: true };
    const query = getIntrospectionQuery({ ...everything, inputValueDeprecation: true, oneOf: true });
    const size = measure(query);
    expect(size).toMatchObject({ depth: 1, introspectionDepth: 14 });
    expect(findExcess(size, DEFAULT_QUERY_LIMITS)).toBeNull();
    const deep = `{ __type(name: "A") { ${'ofType { '.repeat(20)} name ${'}'.repeat(20)} } }`;
    expect(findExcess(measure(deep), DEFAULT_QUERY_LIMITS)).toMatch(/introspection: this asks for 21/);
    // Only there: data below a field of that depth would have to be read.
    expect(findExcess(measure(deep.replace('__type', 'a')), DEFAULT_QUERY_LIMITS)).toMatch(
      /^Fields within fields:/,
    );
  });
});

describe('pages within pages', () => {
  const rows = (text: string, variables?: Record<string, unknown>) => measure(text, variables).rows;

  it('can be multiplied, through nodes and edges, fragments and aliases', () => {
    expect(rows('{ users(first: 10) { nodes { sessions(last: 5) { edges { node { rowId } } } } } }')).toBe(
      50,
    );
    expect(
      rows(`{ users(first: 10) { ...Page } }
        fragment Page on UsersConnection { n: nodes { ... { sessions(first: 3) { ...Edges } } } }
        fragment Edges on SessionsConnection { edges { node { rowId } } }`),
    ).toBe(30);
  });

  it('can be of the default size, where neither first nor last is given', () => {
    expect(rows('{ users { nodes { sessions { nodes { rowId } } } } }')).toBe(400);
    expect(
      rows('{ users(first: null) { edges { node { sessions(offset: 5) { nodes { rowId } } } } } }'),
    ).toBe(400);
  });

  it.each([
    ['fields', '{ a(first: 10) { nodes { b } } c(first: 7) { nodes { d(first: 7) { nodes { e } } } } }', 59],
    ['aliases', `{ ${times(30, (i) => `a${i}: a(first: 100) { nodes { b } }`)} }`, 3_000],
    [
      'aliases within a page',
      '{ a(first: 10) { nodes { x: b(first: 5) { c } y: b(first: 5) { c } } } }',
      100,
    ],
    [
      'nodes and edges of a page',
      '{ a(first: 10) { nodes { b } edges { node { b(first: 3) { c } } } } }',
      40,
    ],
    ['nodes by two names', '{ a(first: 10) { x: nodes { b } y: nodes { b } } }', 20],
    ['spreads', '{ ...F ...F x { ...F } } fragment F on Query { a(first: 10) { nodes { b } } }', 30],
    [
      'inline fragments',
      '{ ... { a(first: 10) { nodes { b } } } ... @d { a(first: 10) { nodes { b } } } }',
      20,
    ],
    ['lists', '{ l { m { n } o: m { n } } l { n } }', 20 * 40 + 20],
    ['lists within a page', '{ a(first: 10) { nodes { l(first: 2) { n } m { n } } } }', 10 * 22],
    ['a page beside its nodes', '{ a(first: 10) { nodes { b } query { a(first: 5) { nodes { b } } } } }', 15],
    [
      'objects within a page',
      '{ a(first: 10) { nodes { b { c(first: 5) { d } } e { c(first: 5) { d } } } } }',
      100,
    ],
    ['nodes at the root', '{ ... { nodes { b } } }', 20],
  ])('can be next to each other, where their sum counts: %s', (_, text, sum) => {
    const listFields = new Set(['l', 'm']);
    expect(measureDocument(parse(text), { ...DEFAULT_QUERY_LIMITS, listFields }).rows).toBe(sum);
  });

  it('can be in several operations, of which one runs: the largest counts', () => {
    expect(rows('query A { a(first: 60) { nodes { b } } } query B { a(first: 70) { nodes { b } } }')).toBe(
      70,
    );
  });

  it('can be counted by the values of their rows', () => {
    const values = (text: string) => measure(text).values;
    expect(values('{ a { b c } d }')).toBe(3);
    expect(values('{ a(first: 10) { totalCount nodes { b c e { f } } } }')).toBe(31);
    expect(
      values('{ a(first: 10) { nodes { ...F } edges { node { ...F } } } } fragment F on T { b c }'),
    ).toBe(40);
    expect(values('{ a(first: 10) { nodes { b(first: 5) { edges { cursor node { c } } } } } }')).toBe(100);
  });

  it('cannot be multiplied by a page whose rows are not asked for', () => {
    expect(rows('{ users(first: 10) { totalCount pageInfo { hasNextPage } } currentUser { rowId } }')).toBe(
      10,
    );
    expect(rows('{ users { totalCount query { users { totalCount } } } }')).toBe(1);
  });

  it('can be of lists without nodes', () => {
    expect(rows('{ usersList(first: 10) { sessionsList(first: 5) { rowId } } }')).toBe(50);
  });

  it('can be of a size that variables give, or their defaults', () => {
    const nested = `query ($n: Int, $m: Int = 30) { a(first: $n) { nodes { b(last: $m) { nodes { c } } } } }`;
    expect(measure(nested).pageVariables).toEqual(new Set(['n', 'm']));
    expect(rows(nested, { n: 5, m: 7 })).toBe(35);
    expect(rows(nested, { n: 5 })).toBe(150);
    expect(rows(nested, {})).toBe(600);
    expect(rows(nested, { n: 5, m: null })).toBe(100);
    expect(measure(nested, { n: 5, m: 700 }).pageSize).toBe(700);
    // The other way to page: one of the two is given.
    expect(rows('query ($f: Int, $l: Int) { a(first: $f, last: $l) { nodes { c } } }', { l: 3 })).toBe(3);
    // Not a number: refused later, when the variables are coerced.
    expect(rows(nested, { n: '5', m: true })).toBe(400);
  });

  it('cannot be made to look smaller by the default of another operation', () => {
    const text = `query A($n: Int = 90) { a(first: $n) { nodes { c } } } query B($n: Int = 1) { ...F }
      query C($n: Int) { ...F } fragment F on Query { a(first: $n) { nodes { c } } }`;
    expect(rows(text)).toBe(90);
    expect(rows('query A($n: Int) { a(first: $n) { nodes { c } } } query B($n: Int = 1) { b }')).toBe(20);
  });

  it('cannot be hidden behind names that objects have by nature', () => {
    expect(rows('query ($toString: Int) { a(first: $toString) { nodes { c } } }', {})).toBe(20);
  });
});

describe('the limits', () => {
  const excess = (text: string) => findExcess(measure(text), DEFAULT_QUERY_LIMITS);
  const nested = (depth: number) => `${'{ a '.repeat(depth)}${'}'.repeat(depth)}`;
  const page = (size: number) => `{ a(first: ${size}) { nodes { b } } }`;

  it('can be reached, and cannot be exceeded', () => {
    const cases: [limit: string, most: string, more: string][] = [
      ['depth', nested(12), nested(13)],
      ['fields', `{ ${times(500, () => 'a')} }`, `{ ${times(501, () => 'a')} }`],
      ['aliases', `{ ${times(30, (i) => `a${i}: a`)} }`, `{ ${times(31, (i) => `a${i}: a`)} }`],
      ['fields', `{ a(b: [${times(499, () => '1')}]) }`, `{ a(b: [${times(500, () => '1')}]) }`],
      ['directives', `{ a ${times(50, () => '@d')} }`, `{ a ${times(51, () => '@d')} }`],
      ['pageSize', page(100), page(101)],
      [
        'rows',
        page(100).replace('b', page(100).slice(1, -1)),
        `{ a(first: 51) { nodes { b(first: 99) { nodes { c(first: 2) { nodes { d } } } } } } }`,
      ],
      [
        'rows',
        page(100).replace('b', page(100).slice(1, -1)),
        `{ ${'a { nodes { b { nodes { c } } } } '.repeat(26)} }`,
      ],
      [
        'values',
        page(100).replace(
          'b',
          page(100)
            .slice(1, -1)
            .replace(
              'b',
              times(20, () => 'b'),
            ),
        ),
        page(100).replace(
          'b',
          page(100)
            .slice(1, -1)
            .replace(
              'b',
              times(21, () => 'b'),
            ),
        ),
      ],
    ];
    for (const [limit, most, more] of cases) {
      expect([limit, excess(most)]).toEqual([limit, null]);
      expect([limit, excess(more)]).toEqual([
        limit,
        expect.stringMatching(/this asks for \d+, and at most \d+/),
      ]);
    }
  });
});
