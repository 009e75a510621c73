import supertest from 'supertest';
import type { Account } from './http-client.ts';
import type { useServer } from './server.ts';

export const ISSUE = `mutation ($username: String!, $password: String!) {
  issueTokens(input: { username: $username, password: $password }) {
    tokens { accessToken accessTokenExpiresAt refreshToken refreshTokenExpiresAt }
  }
}`;
export const REFRESH = `mutation ($token: String!) {
  refreshTokens(input: { refreshToken: $token }) { tokens { accessToken refreshToken } }
}`;
const WHO = '{ currentUser { username } currentSession { rowId kind } }';

export type Issued = {
  account: Account;
  accessToken: string;
  accessTokenExpiresAt: string;
  refreshToken: string;
  refreshTokenExpiresAt: string;
};

/** A client without cookies: what it sends stands in the call, and nothing else. */
export function tokenClient(server: Pick<ReturnType<typeof useServer>, 'client' | 'httpServer'>) {
  const send = async (
    query: string,
    variables: object = {},
    headers: Record<string, string> = { 'x-auth-mode': 'token' },
  ) => {
    const response = await supertest(server.httpServer)
      .post('/graphql')
      .set(headers)
      .send({ query, variables });
    const { data, errors } = response.body;
    return {
      status: response.status,
      headers: response.headers,
      data,
      errors,
      code: errors?.[0]?.extensions?.code,
    };
  };

  return {
    send,
    withToken: (token: string, query = WHO, variables: object = {}) =>
      send(query, variables, { authorization: `Bearer ${token}` }),
    refresh: (token: string) => send(REFRESH, { token }),
    /** Registers an account, and gets tokens for it. */
    async issue(username?: string): Promise<Issued> {
      const account = await server.client().register(username);
      const { data, errors } = await send(ISSUE, account);
      if (!data?.issueTokens) throw new Error(`issueTokens failed: ${JSON.stringify(errors)}`);
      return { account, ...data.issueTokens.tokens };
    },
  };
}
