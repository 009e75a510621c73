import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import {
  buildSchema,
  type DocumentNode,
  type FieldNode,
  type GraphQLField,
  type GraphQLSchema,
  getArgumentValues,
  getVariableValues,
  type OperationDefinitionNode,
  parse,
} from 'graphql';
import { describeOperation } from '../../src/graphile/operation.ts';
import { limitedOperations } from '../../src/rate-limits/limited-operations.ts';

const SESSION = '6e1b2c1e-0000-4000-8000-000000000000';
const find = (text: string, variables: Record<string, unknown> = {}, operationName: string | null = null) =>
  limitedOperations(parse(text), operationName, variables, SESSION);
const login = { limit: 'logins', account: { kind: 'username', value: 'ada' } };

/** By graphql-js; undefined for what it refuses. */
function usernameBy(
  schema: GraphQLSchema,
  field: GraphQLField<unknown, unknown>,
  document: DocumentNode,
  given: Record<string, unknown>,
): unknown {
  const operation = document.definitions[0] as OperationDefinitionNode;
  const { coerced } = getVariableValues(schema, operation.variableDefinitions ?? [], given);
  if (!coerced) return undefined;
  try {
    const node = operation.selectionSet.selections[0] as FieldNode;
    return (getArgumentValues(field, node, coerced).input as { username: unknown }).username;
  } catch {
    return undefined;
  }
}

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

  it('can be found where a variable has a default, in the operation that runs', () => {
    const byName = (name: string) => [{ limit: 'logins', account: { kind: 'username', value: name } }];
    const field = (input: string) => `{ login(input: ${input}) { clientMutationId } }`;
    const whole = `mutation ($i: LoginInput! = {username: "ada", password: "x"}) ${field('$i')}`;
    const nested = `mutation ($u: String! = "ada", $p: String = "x") ${field('{ username: $u, password: $p }')}`;
    const named = `mutation A($u: String! = "ada") { ...F } mutation B($u: String! = "bob") { ...F }
      fragment F on Mutation ${field('{ username: $u, password: "x" }')}`;
    const odd = `mutation ($constructor: String = "ada", $__proto__: String = "x") ${field('{ username: $constructor, password: $__proto__ }')}`;
    for (const text of [whole, nested, odd]) expect(find(text)).toEqual(byName('ada'));
    expect(find(named, {}, 'A')).toEqual(byName('ada'));
    expect(find(named, {}, 'B')).toEqual(byName('bob'));
    // A value that is given, null included, replaces the default.
    expect(find(nested, { u: 'eve' })).toEqual(byName('eve'));
    expect(find(whole, { i: { username: 'eve', password: 'x' } })).toEqual(byName('eve'));
    expect(find(nested, { u: null })).toEqual([{ limit: 'logins', account: null }]);
    expect(find(whole, { i: {} })).toEqual([{ limit: 'logins', account: null }]);
  });

  it('have the account that GraphQL itself finds, for every way to write an input', () => {
    const schema = buildSchema(readFileSync(new URL('../../src/schema.graphql', import.meta.url), 'utf8'));
    const field = schema.getMutationType()!.getFields().login!;
    const names = ['"ada"', '"""ada"""', '$u', 'null', '5'];
    const inputs = ['$i', '[$i]', '{ password: "x" }', '{ username: "ada", password: $u }'];
    for (const name of names) inputs.push(`{ username: ${name}, password: "x" }`);
    const types = [
      '$u: String, $i: LoginInput!',
      '$u: String = null, $i: LoginInput = null',
      '$u: String! = "default", $i: LoginInput = { username: "default", password: "x" }',
    ];
    const login = { username: 'given', password: 'x' };
    const given = [{}, { u: 'given', i: login }, { u: null, i: null }, { u: 5, i: [login] }, { i: login }];
    let accepted = 0;
    for (const input of inputs)
      for (const type of types)
        for (const variables of given) {
          const document = parse(`mutation (${type}) { login(input: ${input}) { clientMutationId } }`);
          const expected = usernameBy(schema, field, document, variables);
          // What GraphQL refuses does not run.
          if (expected === undefined) continue;
          accepted += 1;
          expect(limitedOperations(document, null, variables, SESSION)[0]?.account?.value).toBe(expected);
        }
    expect(accepted).toBeGreaterThan(25);
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
