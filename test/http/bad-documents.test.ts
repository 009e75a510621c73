import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { isErrorCode } from '../../src/graphile/error-codes.ts';
import { expectRefusal } from '../helpers/expect-refusal.ts';
import type { HttpClient } from '../helpers/http-client.ts';
import { useServer } from '../helpers/server.ts';

const LOGIN = 'mutation Login($input: LoginInput!) { login(input: $input) { result { rowId } } }';
const USER = 'query User($id: UUID!) { user(rowId: $id) { rowId } }';
const literally = (input: string) => `mutation { login(input: ${input}) { result { rowId } } }`;

describe('what is sent', () => {
  const server = useServer();
  let client: HttpClient;
  let before: Record<string, string>;

  beforeEach(async () => {
    client = server.client();
    await client.fetchCsrfToken();
    before = await server.contents();
  });
  // Whatever came in: the server goes on, and nothing was written.
  afterEach(async () => {
    expect((await server.client().currentUser()).data).toEqual({ currentUser: null });
    expect(await server.contents()).toEqual(before);
  });

  /** Sends each body, and expects the same refusal for all of them. */
  async function expectAllRefused(bodies: unknown[], status: number, code: string, field?: string) {
    for (const body of bodies) expectRefusal((await client.post(body)).response, status, code, field);
  }

  it('cannot be JSON that does not parse', async () => {
    await expectAllRefused(['{"query": ', '{query: 1}', '', '\u0000', 'query'], 400, 'BAD_REQUEST');
  });

  it('cannot be JSON of another shape, or a batch', async () => {
    await expectAllRefused(
      [
        '"{ __typename }"',
        'null',
        '5',
        'true',
        '[]',
        '[{"query":"{ __typename }"}]',
        {},
        { query: 1 },
        { query: null },
      ],
      400,
      'BAD_REQUEST',
    );
    const query = '{ __typename }';
    await expectAllRefused(
      [
        { query, variables: 'text' },
        { query, variables: [] },
        { query, operationName: 1 },
        { query, extensions: 'text' },
        { query, onError: 'text' },
      ],
      400,
      'BAD_REQUEST',
    );
  });

  it('cannot be a document that is not GraphQL, or does not fit the schema', async () => {
    await expectAllRefused(
      [{ query: '' }, { query: '{' }, { query: literally('{ username: "\\ud800" }') }],
      400,
      'GRAPHQL_PARSE_FAILED',
    );
    await expectAllRefused(
      [
        { query: '{ nothing }' },
        { query: '{ currentUser }' },
        { query: 'query A { __typename } query B { __typename }' },
        { query: 'query A { __typename }', operationName: 'B' },
        { query: 'fragment F on Query { __typename }' },
        { query: '{ ...F } fragment F on Query { ...F }' },
        { query: '{ user(rowId: "5") { rowId } }' },
        { query: literally('{ username: 5, password: true }') },
      ],
      400,
      'GRAPHQL_VALIDATION_FAILED',
    );
  });

  it('cannot be variables of the wrong type', async () => {
    await expectAllRefused(
      [
        { query: USER },
        { query: USER, variables: { id: null } },
        { query: USER, variables: { id: 'text' } },
        { query: USER, variables: { id: { $ne: null } } },
        { query: LOGIN, variables: { input: 'text' } },
        { query: LOGIN, variables: { input: { username: ['a'], password: {} } } },
        { query: LOGIN, variables: { input: { username: 'a', password: 'b', admin: true } } },
      ],
      400,
      'GRAPHQL_VALIDATION_FAILED',
    );
  });

  it('cannot make an error repeat what was sent, such as a password', async () => {
    const password = 'canary; at "input.x"; 7315';
    const documents = [
      { query: LOGIN, variables: { input: { password } } },
      { query: LOGIN, variables: { input: { username: 'a', password: 7315 } } },
      { query: LOGIN, variables: { input: { username: 'a', password: ['canary'] } } },
      { query: literally('{ username: "a", password: 7315 }') },
    ];
    for (const document of documents) {
      const { response } = await client.post(document);
      expectRefusal(response, 400, 'GRAPHQL_VALIDATION_FAILED');
      expect(response.text).not.toMatch(/canary|7315/);
    }
  });

  it('cannot be text that the database cannot store: it names the field', async () => {
    for (const text of ['a\u0000b', '\ud800', 'a\udc00', '\udc00\ud800']) {
      const variables = (key: string) => ({ input: { username: 'ada', password: 'x', [key]: text } });
      await expectAllRefused(
        [{ query: LOGIN, variables: variables('username') }],
        400,
        'INVALID_INPUT',
        'username',
      );
      await expectAllRefused(
        [{ query: LOGIN, variables: variables('password') }],
        400,
        'INVALID_INPUT',
        'password',
      );
      await expectAllRefused([{ query: `{ __typename } # ${text}` }], 400, 'INVALID_INPUT', 'query');
      await expectAllRefused(
        [{ query: LOGIN, variables: { list: [['fine'], [text]] } }],
        400,
        'INVALID_INPUT',
        'list',
      );
      await expectAllRefused([{ query: LOGIN, variables: { [text]: 1 } }], 400, 'INVALID_INPUT', 'variables');
    }
    // Escaped in the document, where it is only a NUL once GraphQL has read it.
    const { code, data } = await client.post({ query: literally('{ username: "\\u0000", password: "x" }') });
    expect([code, data]).toEqual(['INVALID_INPUT', { login: null }]);
  });

  it('can be text of every other kind', async () => {
    const input = { username: '\u0001\u007f\ufeff\ufffd🙂"\\\'; drop table', password: 'ß\u202e\t\n' };
    expect((await client.post({ query: LOGIN, variables: { input } })).code).toBe('INVALID_CREDENTIALS');
    before = await server.contents(); // the guess was counted
  });

  it('cannot be bytes that are not UTF-8', async () => {
    const body = (bytes: number[]) =>
      Buffer.concat([
        Buffer.from('{"query":"{ __typename }","variables":{"a":"'),
        Buffer.from(bytes),
        Buffer.from('"}}'),
      ]);
    expect((await client.post(body([0xc3, 0xa9]))).data).toEqual({ __typename: 'Query' });
    await expectAllRefused([body([0xff]), body([0xed, 0xa0, 0x80]), body([0xc3])], 400, 'BAD_REQUEST');
  });

  it('cannot be a subscription', async () => {
    await expectAllRefused(
      [
        { query: 'subscription { currentUserUpdated { __typename } }' },
        { query: 'subscription S { currentUserUpdated { __typename } }' },
      ],
      400,
      'BAD_REQUEST',
    );
    const query = 'query Q { __typename } subscription S { currentUserUpdated { __typename } }';
    expect((await client.post({ query, operationName: 'Q' })).data).toEqual({ __typename: 'Query' });
  });

  it('can come many times at once', async () => {
    const bodies = [
      '{',
      '[]',
      { query: '{' },
      { query: '{ nothing }' },
      { query: LOGIN },
      { query: '\u0000' },
    ];
    const answers = await Promise.all([...bodies, ...bodies, ...bodies].map((body) => client.post(body)));
    for (const { status, code } of answers) expect([status, isErrorCode(code)]).toEqual([400, true]);
  });
});
