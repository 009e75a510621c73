/**
 * Makes a `fetch` that sends the CSRF token with every request: fetched before the first, taken from the answer that
 * changes the session, and fetched anew once when it turns out to belong to another session.
 *
 * @param onRenewed the token was not good any more, so somebody may have logged in or out in another tab
 */
export function makeCsrfFetch(onRenewed: () => void): typeof fetch {
  let token: Promise<string> | undefined;

  async function send(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
    token ??= fetchToken().catch((error) => {
      token = undefined;
      throw error;
    });
    const headers = new Headers(init?.headers);
    headers.set('x-csrf-token', await token);
    const response = await fetch(input, { ...init, headers });
    const next = response.headers.get('x-csrf-token');
    if (next) token = Promise.resolve(next);
    return response;
  }

  return async (input, init) => {
    const response = await send(input, init);
    if (!(await isTokenRefused(response))) return response;
    token = undefined;
    onRenewed();
    // Once: a second refusal is told to the user.
    return send(input, init);
  };
}

async function fetchToken(): Promise<string> {
  const response = await fetch('/csrf-token');
  if (!response.ok) throw new Error('no CSRF token');
  return ((await response.json()) as { csrfToken: string }).csrfToken;
}

async function isTokenRefused(response: Response): Promise<boolean> {
  if (response.status !== 403) return false;
  const body = await response
    .clone()
    .json()
    .catch(() => null);
  return body?.errors?.[0]?.extensions?.code === 'EBADCSRFTOKEN';
}
