import { describe, expect, it } from '@jest/globals';
import { expectLimited, from, LIMITS, newAddress } from '../helpers/rate-limit-fixture.ts';
import { useServer } from '../helpers/server.ts';

describe('the limits of an account', () => {
  const server = useServer({
    ...LIMITS,
    RATE_LIMIT_LOGINS_PER_ACCOUNT: '3 in 1 hour',
    RATE_LIMIT_MAILS_PER_ACCOUNT: '2 in 1 hour',
  });
  const send = (body: object) => server.client(from(newAddress())).post(body);

  it.each<[string, (name: string) => object]>([
    [
      'a variable',
      (name) => ({
        query:
          'mutation ($u: String!) { login(input: { username: $u, password: "x" }) { clientMutationId } }',
        variables: { u: name },
      }),
    ],
    [
      'the default of a variable',
      (name) => ({
        query: `mutation ($u: String! = "${name}") { login(input: { username: $u, password: "x" }) { clientMutationId } }`,
      }),
    ],
    [
      'the default of the input',
      (name) => ({
        query: `mutation ($i: LoginInput! = { username: "${name}", password: "x" }) { login(input: $i) { clientMutationId } }`,
      }),
    ],
    [
      'a default in the operation that is named, for a field in a fragment',
      (name) => ({
        query: `mutation A($u: String! = "other") { ...F } mutation B($u: String! = "${name}") { ...F }
        fragment F on Mutation { alias: login(input: { username: $u, password: "x" }) { clientMutationId } }`,
        operationName: 'B',
      }),
    ],
    [
      'the default of another mutation',
      (name) => ({
        query: `mutation ($u: String = "${name}", $p: String! = "x") { issueTokens(input: { username: $u, password: $p }) { clientMutationId } }`,
      }),
    ],
  ])('hold for a user name that is %s', async (way, body) => {
    const name = `name-${way.length}`;
    for (let i = 0; i < 3; i++) expect((await send(body(name))).code).toBeDefined();
    expectLimited(await send(body(name)), 'TOO_MANY_ATTEMPTS', 3600);
    expect((await send(body(`other-${name}`))).code).not.toBe('TOO_MANY_ATTEMPTS');
  });

  it('hold for an address that is the default of a variable', async () => {
    const query =
      'mutation ($e: String! = "ada@example.com") { forgotPassword(input: { email: $e }) { result } }';
    for (let i = 0; i < 2; i++) expect((await send({ query })).errors).toBeUndefined();
    expectLimited(await send({ query }), 'TOO_MANY_ATTEMPTS', 3600);
    expect((await send({ query, variables: { e: 'bob@example.com' } })).errors).toBeUndefined();
  });
});
