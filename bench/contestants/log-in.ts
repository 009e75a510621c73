import { CookieJar } from './cookie-jar.ts';
import type { LogIn } from './operations.ts';

/** The proxy in front says that the client speaks https; secure cookies ask for it. */
const BEHIND_PROXY = { 'x-forwarded-proto': 'https', 'x-forwarded-for': '203.0.113.7' };

export const noLogIn: LogIn = async () => ({ ...BEHIND_PROXY });

/** With a cookie and its CSRF token, as the README's walk-through does. */
export const logInToRowgate: LogIn = async (serverUrl, { username, password }) => {
  const jar = new CookieJar(serverUrl);
  const { csrfToken } = (await (await jar.fetch('/csrf-token', BEHIND_PROXY)).json()) as {
    csrfToken: string;
  };
  const response = await jar.fetch(
    '/graphql',
    { ...BEHIND_PROXY, 'x-csrf-token': csrfToken },
    {
      query: `mutation LogIn($username: String!, $password: String!) {
        login(input: { username: $username, password: $password }) { result { rowId } }
      }`,
      variables: { username, password },
    },
  );
  await dataOf(response);
  return { ...BEHIND_PROXY, cookie: jar.cookie, 'x-csrf-token': response.headers.get('x-csrf-token')! };
};

/** As a client without cookies. The access token is good for ten minutes, so each stage asks for a new one. */
export const issueTokensByRowgate: LogIn = async (serverUrl, { username, password }) => {
  const jar = new CookieJar(serverUrl);
  const response = await jar.fetch(
    '/graphql',
    { ...BEHIND_PROXY, 'x-auth-mode': 'token' },
    {
      query: `mutation LogIn($username: String!, $password: String!) {
        issueTokens(input: { username: $username, password: $password }) { tokens { accessToken } }
      }`,
      variables: { username, password },
    },
  );
  const { issueTokens } = await dataOf<{ issueTokens: { tokens: { accessToken: string } } }>(response);
  return { ...BEHIND_PROXY, authorization: `Bearer ${issueTokens.tokens.accessToken}` };
};

async function dataOf<T>(response: Response): Promise<T> {
  const { data, errors } = (await response.json()) as { data: T; errors?: unknown };
  if (errors) throw new Error(`login failed: ${JSON.stringify(errors)}`);
  return data;
}

export const logInWithExpressSession: LogIn = async (serverUrl, { username, password }) => {
  const jar = new CookieJar(serverUrl);
  await jar.fetch('/login', BEHIND_PROXY, { username, password });
  return { ...BEHIND_PROXY, cookie: jar.cookie };
};

export const logInWithBetterAuth: LogIn = async (serverUrl, { username, password }) => {
  const jar = new CookieJar(serverUrl);
  const headers = { ...BEHIND_PROXY, origin: 'http://localhost' };
  await jar.fetch('/api/auth/sign-in/email', headers, { email: `${username}@example.com`, password });
  return { ...BEHIND_PROXY, cookie: jar.cookie };
};
