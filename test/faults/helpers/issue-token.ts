import type { HttpClient } from '../../helpers/http-client.ts';
import { ISSUE } from '../../helpers/token-client.ts';

/** Registers an account, and gets an access token for it: what a client without cookies works with. */
export async function issueToken(server: { client(): HttpClient }) {
  const account = await server.client().register();
  const { data } = await server.client().graphql(ISSUE, account, { 'x-auth-mode': 'token' });
  return { account, token: data.issueTokens.tokens.accessToken as string };
}
