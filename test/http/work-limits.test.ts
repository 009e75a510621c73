import { beforeAll, describe, expect, it } from '@jest/globals';
import type { GraphqlAnswer, HttpClient } from '../helpers/http-client.ts';
import { useServer } from '../helpers/server.ts';

const PAGE = '(first: 1) { nodes { rowId createdAt client kind user { rowId username name createdAt } } }';
let unique = 0;
/** A document of 290 fields that was not seen before. */
const unseen = () =>
  `query Q${++unique} { ${Array.from({ length: 29 }, (_, i) => `a${i}: sessions${PAGE}`).join(' ')} }`;
/** One of 5 fields that takes long to validate. */
const slowToValidate = () =>
  `query Q${++unique} { ...F0 } ${Array.from({ length: 390 }, (_, i) => `fragment F${i} on Query { ...F${i + 1} }`).join(' ')}
  fragment F390 on Query { currentUser { username } }`;
/** One that takes long to validate, as it asks for the same field in many fragments, and is planned in no time. */
const slowToCompare = () => {
  const names = Array.from({ length: 200 }, (_, i) => `F${i}`);
  return `query Q${++unique} { ${names.map((name) => `...${name}`).join(' ')} }
    ${names.map((name) => `fragment ${name} on Query { currentUser { username } }`).join(' ')}`;
};
/** A small one that was not seen before. */
const small = () => `query Q${++unique} { currentUser { rowId username name } }`;

describe('the work that a client causes', () => {
  const server = useServer({ RATE_LIMITS: 'on', RATE_LIMIT_WORK: '10 in 1 minute', TRUST_PROXY: '1' });
  const from = (address: string) => server.client({ 'x-forwarded-for': address });
  const KNOWN = '{ currentUser { username } }';

  /** Asks until it is refused. */
  async function exhaust(client: HttpClient, make: () => string): Promise<GraphqlAnswer> {
    for (let tries = 0; tries < 300; tries++) {
      const answer = await client.graphql(make());
      if (answer.errors) return answer;
    }
    throw new Error('All of it was answered.');
  }

  beforeAll(async () => {
    await from('192.0.2.1').register();
    // What it costs is known when it has been asked some times.
    const client = from('192.0.2.1');
    for (let i = 0; i < 10; i++) await client.graphql(KNOWN);
  });

  it.each([
    ['documents that were not seen before', '192.0.2.2', unseen],
    ['documents that take long to validate', '192.0.2.3', slowToValidate],
    ['documents that take long to compare with themselves', '192.0.2.5', slowToCompare],
  ])('cannot be without end by %s; documents that are known to be cheap pass', async (_, address, make) => {
    const client = from(address);
    const { status, code, errors, response } = await exhaust(client, make);
    expect([status, code]).toEqual([429, 'RATE_LIMITED']);
    expect(response.headers['retry-after']).toBe(String(errors?.[0]?.extensions.retryAfter));
    expect((await client.graphql(KNOWN)).data).toEqual({ currentUser: null });
    const other = await from(`${address}0`).graphql(make());
    expect(other.errors).toBeUndefined();
  });

  it('cannot go on by small documents either, while it is not known that they are cheap', async () => {
    const client = from('192.0.2.6');
    await exhaust(client, unseen);
    expect((await client.graphql(small())).code).toBe('RATE_LIMITED');
  });

  it('cannot be without end by one document that is planned again for each combination of its variables', async () => {
    const names = Array.from({ length: 10 }, (_, i) => `b${i}`);
    const query = `query (${names.map((name) => `$${name}: Boolean!`)}) {
      ${Array.from({ length: 29 }, (_, i) => `a${i}: sessions @include(if: $b${i % 10}) ${PAGE.slice(PAGE.indexOf('{'))}`)} __typename }`;
    const client = from('192.0.2.4');
    let code: string | undefined;
    for (let i = 0; i < 1_024 && !code; i++) {
      const variables = Object.fromEntries(names.map((name, n) => [name, ((i >> n) & 1) === 1]));
      ({ code } = await client.graphql(query, variables));
    }
    expect(code).toBe('RATE_LIMITED');
  });
});
