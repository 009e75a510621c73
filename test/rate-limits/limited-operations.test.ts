import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { buildSchema, parse } from 'graphql';
import { describeOperation } from '../../src/graphile/operation.ts';
import { limitedOperations } from '../../src/rate-limits/limited-operations.ts';

const SESSION = '6e1b2c1e-0000-4000-8000-000000000000';
const find = (text: string, variables: Record<string, unknown> = {}, operationName: string | null = null) =>
  limitedOperations(parse(text), operationName, variables, SESSION);
const login = { limit: 'logins', account: { kind: 'username', value: 'ada' } };

describe('limited operations', () => {
  it('can be found with the account that they are about, wherever its name stands', () => {
    for (const [text, variables] of [
      ['mutation { login(input: { username: "ada", password: "x" }) { clientMutationId } }'],
      ['mutation ($u: String!) { login(input: { username: $u }) { clientMutationId } }', { u: 'ada' }],
      ['mutation ($i: LoginInput!) { login(input: $i) { clientMutationId } }', { i: { username: 'ada' } }],
    ] as [string, Record<string, unknown>?][])
      expect(find(text, variables)).toEqual([login]);
    expect(find('mutation { forgotPassword(input: { email: "a@b" }) { result } }')).toEqual([
      { limit: 'mails', account: { kind: 'email', value: 'a@b' } },
    ]);
    expect(find('mutation { reauthenticate(input: { password: "x" }) { result } }')).toEqual([
      { limit: 'logins', account: { kind: 'session', value: SESSION } },
    ]);
    expect(find('mutation { refreshTokens(input: { refreshToken: "x" }) { clientMutationId } }')).toEqual([
      { limit: 'refreshes', account: null },
    ]);
  });

  it('can be found without an account, when the client names none', () => {
    for (const text of [
      'mutation { login }',
      'mutation { login(input: 5) }',
      'mutation { login(input: { username: 5 }) }',
      'mutation ($u: String) { login(input: { username: $u }) }',
      'mutation ($i: LoginInput) { login(input: $i) }',
    ])
      expect(find(text)).toEqual([{ limit: 'logins', account: null }]);
  });

  it('can be counted one by one: aliases, fragments, and fragments in fragments', () => {
    const text = `mutation { a: login(input: { username: "ada" }) { x } ...F ... on Mutation { b: login(input: { username: "ada" }) { x } } }
      fragment F on Mutation { c: login(input: { username: "ada" }) { x } ...G }
      fragment G on Mutation { d: login(input: { username: "ada" }) { x } ...F }`;
    expect(find(text)).toEqual([login, login, login, login]);
  });

  it('cannot be counted twice for the same key of the answer, which runs once', () => {
    const one = 'login(input: { username: "ada" }) { x }';
    expect(find(`mutation { ${one} ${one} ...F ...F } fragment F on Mutation { ${one} }`)).toEqual([login]);
  });

  it('cannot be found in another operation of the document, in a query, or below the root', () => {
    const text = `query Q { login } mutation A { login(input: { username: "ada" }) { x } } mutation B { other { login } }
      mutation C { toString constructor }`;
    expect(find(text, {}, 'Q')).toEqual([]);
    expect(find(text, {}, 'A')).toEqual([login]);
    expect(find(text, {}, 'B')).toEqual([]);
    expect(find(text, {}, 'C')).toEqual([]);
    expect(find(text, {}, 'D')).toEqual([]);
  });

  it('can be every mutation that hashes a password, so that none is forgotten', () => {
    const schema = buildSchema(readFileSync(new URL('../../src/schema.graphql', import.meta.url), 'utf8'));
    const mutations = Object.keys(schema.getMutationType()!.getFields()).map(
      (name) => `mutation { ${name} }`,
    );
    const hashing = mutations.filter((text) => describeOperation(parse(text), null).needsPassword);
    expect(hashing.length).toBeGreaterThan(5);
    expect(hashing.filter((text) => find(text).length === 0)).toEqual([]);
  });
});
