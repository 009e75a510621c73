import { withPgClientTransaction } from 'postgraphile/@dataplan/pg';
import { constant, lambda, object } from 'postgraphile/grafast';
import { extendSchema, gql } from 'postgraphile/utils';
import type { Deps } from '../../deps.ts';
import { withAsciiDomain } from '../../identity.ts';
import { CodedError } from '../error-codes.ts';
import { wrongCredentials } from '../wrong-credentials.ts';

/** What the SQL functions return: a refresh token, and whom the access token shall name. */
type Row = {
  session_id: string | null;
  user_id: string;
  role: string;
  refresh_token: string;
  refresh_token_expires_at: string;
};

const ISSUE = `select session_id, user_id, role, refresh_token, to_json(refresh_token_expires_at) as refresh_token_expires_at
from app_hidden.issue_tokens($1, $2)`;
const REFRESH = `select session_id, user_id, role, successor as refresh_token, to_json(successor_expires_at) as refresh_token_expires_at
from app_hidden.refresh_tokens($1)`;

/** Makes the error for nulls in place of a session. @param first the first value that was sent */
type Refuse = (first: unknown) => CodedError;

/** These statements do not pass through PostGraphile's codecs, so the domain of an address is converted here. */
const encode = (name: string, value: unknown) =>
  name === 'username' && typeof value === 'string' ? withAsciiDomain(value) : value;

/** Adds `issueTokens` and `refreshTokens`: SQL proves who it is and makes the refresh token, the server signs the access token. */
export function makeTokenMutationsPlugin({
  accessTokens,
}: Pick<Deps, 'accessTokens'>): GraphileConfig.Plugin {
  return extendSchema((build) => {
    const executor = build.input.pgRegistry.pgExecutors.main;

    /** Runs one of the statements, and commits, before it is judged: a failure must have been counted. */
    const tokensBy = (text: string, names: string[], refuse: Refuse) => (_: unknown, args: unknown) => {
      const $input = (args as { $input: { get(name: string): never } }).$input;
      const $values = object(Object.fromEntries(names.map((name) => [name, $input.get(name)])));
      const $row = withPgClientTransaction(executor as never, $values, async (client, values) => {
        const { rows } = await client.query<Row>({
          text,
          values: names.map((name) => encode(name, values[name])),
        });
        return rows[0] as Row;
      });
      const $first = $input.get(names[0] as string);
      const $tokens = lambda([$row, $first] as const, async ([answer, first]) => {
        const { session_id: sessionId, user_id: userId, role, ...row } = answer;
        if (sessionId === null) throw refuse(first);
        const { accessToken, expiresAt } = await accessTokens.sign({ sessionId, userId, role });
        return {
          accessToken,
          accessTokenExpiresAt: expiresAt.toISOString(),
          refreshToken: row.refresh_token,
          refreshTokenExpiresAt: row.refresh_token_expires_at,
        };
      });
      return object({ tokens: $tokens, clientMutationId: $input.get('clientMutationId') });
    };
    const payload = { query: () => constant(true) };

    return {
      typeDefs: gql`
        """What a client without cookies authenticates with."""
        type Tokens {
          """Send it as \`Authorization: Bearer …\`."""
          accessToken: String!
          accessTokenExpiresAt: Datetime!
          """Good once, for \`refreshTokens\`. Keep it as you would keep a password."""
          refreshToken: String!
          refreshTokenExpiresAt: Datetime!
        }

        input IssueTokensInput {
          clientMutationId: String
          """A user name or a verified e-mail."""
          username: String!
          password: String!
        }

        type IssueTokensPayload {
          clientMutationId: String
          tokens: Tokens
          query: Query
        }

        input RefreshTokensInput {
          clientMutationId: String
          refreshToken: String!
        }

        type RefreshTokensPayload {
          clientMutationId: String
          tokens: Tokens
          query: Query
        }

        extend type Mutation {
          """Logs in a client without cookies. Errors: INVALID_CREDENTIALS, TOO_MANY_ATTEMPTS (retryAfter), ACCOUNT_SUSPENDED."""
          issueTokens(input: IssueTokensInput!): IssueTokensPayload
          """
          Exchanges a refresh token for a new pair. Asked again within 10 seconds it answers the same; later the whole
          session ends, because two parties have the token. Errors: INVALID_TOKEN.
          """
          refreshTokens(input: RefreshTokensInput!): RefreshTokensPayload
        }
      `,
      objects: {
        Mutation: {
          plans: {
            issueTokens: tokensBy(ISSUE, ['username', 'password'], wrongCredentials),
            refreshTokens: tokensBy(REFRESH, ['refreshToken'], () => new CodedError('INVALID_TOKEN')),
          },
        },
        IssueTokensPayload: { plans: payload },
        RefreshTokensPayload: { plans: payload },
      },
    };
  });
}
