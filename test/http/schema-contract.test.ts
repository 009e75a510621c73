import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from '@jest/globals';
import {
  type GraphQLEnumType,
  type GraphQLInputObjectType,
  type GraphQLObjectType,
  type GraphQLSchema,
  isInputObjectType,
  isObjectType,
} from 'graphql';
import { ERROR_CODES } from '../../src/graphile/error-codes.ts';
import { printGraphqlSchema } from '../../src/graphile/print-graphql-schema.ts';
import { ownTables } from '../helpers/own-tables.ts';
import { useServer } from '../helpers/server.ts';

/** Everything that can be changed; whoever adds to it adds here too. */
const MUTATIONS = `
  changePassword confirmAccountDeletion createAccessToken createUserEmail deleteSession deleteSessionById
  deleteUserEmail deleteUserEmailById deleteUserEmailByUserIdAndEmail endOtherSessions endSessionsOfUser
  forgotPassword issueTokens login logout makeEmailPrimary reauthenticate refreshTokens register reinstateUser
  requestAccountDeletion resendEmailVerification resetPassword setUserRole suspendUser updateUser updateUserById
  updateUserByUsername verifyEmail
`;
const readProjectFile = (path: string) => readFile(new URL(`../../${path}`, import.meta.url), 'utf8');
const words = (text: string) => text.trim().split(/\s+/);

describe('the schema, with all tables', () => {
  const server = useServer();

  it('can be read in src/schema.graphql, as the migrations make it: npm run schema:export', async () => {
    expect(await readProjectFile('src/schema.graphql')).toBe(printGraphqlSchema(await server.schema()));
  });
});

/** Tables of one's own are no part of the contract. */
const withoutOwnTables = ownTables()
  .map((table) => `drop table ${table} cascade;`)
  .join('');

describe('the schema', () => {
  const server = useServer({}, { sqlAsOwner: withoutOwnTables });
  let schema: GraphQLSchema;
  beforeAll(async () => {
    schema = await server.schema();
  });

  /** The fields of an input type with their types, without the one that every input has. */
  const inputOf = (name: string) => {
    const { clientMutationId: _, ...fields } = (schema.getType(name) as GraphQLInputObjectType).getFields();
    return Object.fromEntries(Object.values(fields).map((field) => [field.name, String(field.type)]));
  };
  const fieldsOf = (name: string) =>
    Object.fromEntries(
      Object.values((schema.getType(name) as GraphQLObjectType).getFields()).map((field) => [
        field.name,
        String(field.type),
      ]),
    );

  it('can do this and nothing else', () => {
    expect(Object.keys(fieldsOf('Mutation')).sort()).toEqual(words(MUTATIONS).sort());
    expect(Object.keys(fieldsOf('Subscription'))).toEqual(['currentUserUpdated']);
  });

  it('can be asked for what the contract names, with these arguments', () => {
    expect(inputOf('RegisterInput')).toEqual({
      username: 'String!',
      email: 'String!',
      password: 'String!',
      name: 'String',
    });
    expect(inputOf('LoginInput')).toEqual({ username: 'String!', password: 'String!' });
    expect(inputOf('LogoutInput')).toEqual({});
    expect(inputOf('DeleteSessionInput')).toEqual({ rowId: 'UUID!' });
    expect(inputOf('EndOtherSessionsInput')).toEqual({});
    expect(inputOf('ChangePasswordInput')).toEqual({ oldPassword: 'String!', newPassword: 'String!' });
    expect(inputOf('ReauthenticateInput')).toEqual({ password: 'String!' });
    expect(inputOf('UpdateUserInput')).toEqual({ rowId: 'UUID!', patch: 'UserPatch!' });
    expect(inputOf('UserPatch')).toEqual({ username: 'String', name: 'String', avatarUrl: 'String' });
    expect(fieldsOf('Query')).toMatchObject({
      currentUser: 'User',
      currentSession: 'Session',
      sessions: 'SessionConnection',
    });
    expect(fieldsOf('RegisterPayload')).toMatchObject({ result: 'Session', query: 'Query' });
    expect(fieldsOf('LoginPayload')).toMatchObject({ result: 'Session', query: 'Query' });
  });

  it('cannot show what belongs to nobody: secrets, the machinery, or a way round the functions', () => {
    const types = Object.values(schema.getTypeMap()).filter(({ name }) => !name.startsWith('__'));
    const fields = types.flatMap((type) =>
      isObjectType(type) || isInputObjectType(type) ? Object.keys(type.getFields()) : [],
    );
    const names = new Set([...types.map(({ name }) => name), ...fields]);
    expect(names.has('currentUser')).toBe(true);
    // A new personal access token is shown once.
    names.delete('secret');
    const machinery =
      /secret|hash|cookie|setting|throttle|attempt|common|resolve|touch|metadata|isAdministrator|migrat|job|heartbeat|signing/i;
    const ways =
      /^(create|update|upsert)(Session|UserAccount)|^(create|delete)User(Account|ById|ByUsername)?$|^updateUserEmail|AuditEvent(Input|Patch)$/;
    expect([...names].filter((name) => machinery.test(name) || ways.test(name))).toEqual([]);
  });

  it('can tell the people who read it what everything is', () => {
    for (const { name, description } of Object.values(schema.getMutationType()?.getFields() ?? {}))
      expect([name, description]).toEqual([name, expect.stringMatching(/^.{20,}\.$/s)]);
    for (const name of ['User', 'Session', 'UserAccount', 'UserEmail', 'ErrorCode'])
      expect(schema.getType(name)?.description).toMatch(/^.{20,}\.$/);
  });

  it('can name every error code, and so can docs/errors.md', async () => {
    const codes = Object.keys(ERROR_CODES);
    const inSchema = (schema.getType('ErrorCode') as GraphQLEnumType).getValues();
    expect(inSchema.map(({ name }) => name).sort()).toEqual([...codes].sort());

    const rows = (await readProjectFile('docs/errors.md')).matchAll(
      /^\| `(\w+)` \| (\d{3}) \| (.+) \| (.+) \|$/gm,
    );
    const documented = [...rows].map(([, code, status]) => [code, Number(status)]);
    expect(documented).toEqual(Object.entries(ERROR_CODES).map(([code, { status }]) => [code, status]));
  });
});
