// Runs in the browser, before GraphiQL: wraps `fetch` so that each POST to the API carries the CSRF token.
{
  const plainFetch = window.fetch;
  let token;

  const fetchToken = async () => {
    const response = await plainFetch('/csrf-token', { headers: { accept: 'application/json' } });
    return (await response.json()).csrfToken;
  };

  const send = async (input, init) => {
    token ??= await fetchToken();
    const headers = new Headers(init.headers);
    headers.set('x-csrf-token', token);
    const response = await plainFetch(input, { ...init, headers });
    // A login or a logout changes the session, and the token with it.
    token = response.headers.get('x-csrf-token') ?? token;
    return response;
  };

  window.fetch = async (input, init) => {
    if (init?.method?.toUpperCase() !== 'POST') return plainFetch(input, init);
    const response = await send(input, init);
    if (response.status !== 403) return response;
    // Logged in or out in another tab: once more, with the token that belongs to the cookie of now.
    token = undefined;
    return send(input, init);
  };
}
