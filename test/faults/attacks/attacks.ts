import type { Attacker } from './attacker.ts';

/** What one client sends, over and over, until the process that runs it is ended. */
export type Attack = (attacker: Attacker) => Promise<void>;

const times = (count: number, make: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => make(index)).join(' ');

let unique = 0;
/** Fields that are planned each by itself; those of the same name would be merged. */
const PAGE =
  'sessions(first: 1) { totalCount nodes { rowId createdAt lastActiveAt client kind user { rowId username name createdAt userEmails { nodes { email isVerified } } } } }';
/** A document of so many times 16 fields that the server has not seen before. */
const unseen = (pages: number) =>
  `query Q${process.pid}_${++unique} { ${times(pages, (i) => `a${i}: ${PAGE}`)} }`;

const SESSIONS =
  'sessions(first: 100) { nodes { user { sessions(first: 100) { nodes { rowId createdAt } } } } }';
const NESTED =
  'sessions(first: 100) { nodes { user { sessions(first: 100) { nodes { rowId createdAt } } } } }';

/** Each attack of the penetration test, and variants of it. */
export const ATTACKS: Record<string, Attack> = {
  'rows: 30 aliases of pages within pages': (attacker) =>
    attacker.loop(2, () => ({ query: `{ ${times(30, (i) => `a${i}: ${SESSIONS}`)} }` })),

  'rows: the same by fragments and edges, without aliases on the outer pages': (attacker) =>
    attacker.loop(2, () => ({
      query: `{ currentUser { sessions(first: 100) { nodes { user { ...S } } edges { node { user { ...S } } } } }
        sessions(first: 100) { nodes { user { ...S } } edges { node { user { ...S } } } } }
        fragment S on User { ${times(10, (i) => `s${i}: sessions(first: 100) { nodes { rowId createdAt client lastActiveAt } }`)} }`,
    })),

  'rows: the most that is allowed, as fast as it is answered': (attacker) =>
    attacker.loop(4, () => ({ query: `{ ${NESTED.replace('first: 100', 'first: 99')} }` })),

  'bytes: pages of rows of 1 MB': (attacker) =>
    attacker.loop(4, () => ({ query: '{ notes: rowgateTestNotes(first: 100) { nodes { body } } }' })),

  'bytes: the same within a page': (attacker) =>
    attacker.loop(4, () => ({
      query: '{ currentUser { notes: rowgateTestNotes(first: 100) { nodes { body } } } }',
    })),

  'statements: 80 filters of 3,500 entries': (attacker) =>
    attacker.loop(1, (i) => ({
      query: 'query ($f: UserFilter) { users(filter: $f) { nodes { rowId } } }',
      variables: { f: { or: Array(3_500 - (i % 80)).fill({ sessionsExist: true }) } },
    })),

  'statements: 100 filters of up to 220 conditions': (attacker) =>
    attacker.loop(1, (i) => ({
      query: 'query ($f: UserFilter) { users(filter: $f) { nodes { rowId } } }',
      variables: { f: { or: Array(120 + (i % 100)).fill({ sessionsExist: true }) } },
    })),

  'statements: the same, written into the document': (attacker) =>
    attacker.loop(1, (i) => ({
      query: `{ users(filter: { or: [${Array(120 + (i % 100)).fill('{sessionsExist:true}')}] }) { nodes { rowId } } }`,
    })),

  'statements: orders of 400 columns': (attacker) =>
    attacker.loop(1, (i) => ({
      query: 'query ($o: [ItemOrderBy!]) { items(orderBy: $o) { nodes { rowId } } }',
      variables: {
        o: Array.from({ length: 400 }, (_, at) =>
          ((i >> (at % 16)) & 1) === 1 ? 'PARENT_ID_DESC' : 'PARENT_ID_ASC',
        ),
      },
    })),

  'planning: ten documents of 500 fields a second': (attacker) =>
    attacker.every(100, () => ({ query: unseen(29) })),

  'planning: forty of 120 fields a second': (attacker) => attacker.every(25, () => ({ query: unseen(7) })),

  'planning: one document with ten switches': (attacker) =>
    attacker.every(100, (i) => ({
      query: `query (${times(10, (n) => `$b${n}: Boolean!`)}) { ${times(29, (n) => `a${n}: sessions(first: 1) @include(if: $b${n % 10}) ${PAGE.slice(PAGE.indexOf('{'))}`)} __typename }`,
      variables: Object.fromEntries(Array.from({ length: 10 }, (_, n) => [`b${n}`, ((i >> n) & 1) === 1])),
    })),

  'planning: small documents, as fast as they are answered': (attacker) =>
    attacker.loop(50, () => ({
      query: `query Q${process.pid}_${++unique} { ${times(4, (i) => `a${i}: sessions { nodes { rowId } }`)} }`,
    })),

  'validation: the same field in 200 fragments': (attacker) =>
    attacker.every(20, () => ({
      query: `query Q${process.pid}_${++unique} { ${times(200, (i) => `...F${i}`)} }
        ${times(200, (i) => `fragment F${i} on Query { currentUser { username } }`)}`,
    })),

  'validation: types that do not exist': (attacker) =>
    attacker.every(20, () => ({
      query: `{ ${times(140, (i) => `... on UserEmailConnection${++unique}x${i} { a }`)} }`,
    })),

  'cookies: 9,000 that look signed': (attacker) =>
    attacker.every(25, (i) => ({
      query: '{ __typename }',
      headers: {
        cookie: times(9_000, (n) => `a${n}=s:b.${i}`)
          .replaceAll(' ', '; ')
          .slice(0, 120_000),
      },
    })),

  'cookies: 6 kB of them, within the limit of headers': (attacker) =>
    attacker.every(25, (i) => ({
      query: '{ __typename }',
      headers: {
        cookie: times(500, (n) => `a${n}=s:b.${i}`)
          .replaceAll(' ', '; ')
          .slice(0, 6_000),
      },
    })),

  'cookies: 1,500 objects in JSON': (attacker) =>
    attacker.every(25, (i) => ({
      query: '{ __typename }',
      headers: {
        cookie: times(1_500, (n) => `a${n}=j:[${i}]`)
          .replaceAll(' ', '; ')
          .slice(0, 15_000),
      },
    })),

  'subscriptions: 20 heavy ones on each of 10 sockets': (attacker) => attacker.subscribe(10, 20),

  'subscriptions: the same, closed and opened again': (attacker) => attacker.subscribe(10, 20, 1_000),
};
