// Wraps `fetch`, so that each POST to the API carries the CSRF token, and says that a page of development sends it: such
// a page may send any document. Every page runs it first. An answer that changes the session is told to the page.
{
  const plainFetch = window.fetch;
  let pending;

  // Asked for each time, because a login in another tab changes it; requests at the same time share one.
  const fetchToken = () => {
    pending ??= plainFetch('/csrf-token')
      .then((response) => response.json())
      .then(({ csrfToken }) => csrfToken)
      .finally(() => {
        pending = undefined;
      });
    return pending;
  };

  window.fetch = async (input, init) => {
    if (init?.method?.toUpperCase() !== 'POST') return plainFetch(input, init);
    const headers = new Headers(init.headers);
    headers.set('x-csrf-token', await fetchToken());
    headers.set('x-development-page', 'yes');
    const response = await plainFetch(input, { ...init, headers });
    if (response.headers.has('x-csrf-token')) window.dispatchEvent(new Event('sessionchange'));
    return response;
  };
}
