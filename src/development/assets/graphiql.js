// Runs before GraphiQL: an operation in the address, `/graphiql#query=…`, is opened in the editor.
{
  const query = new URLSearchParams(location.hash.slice(1)).get('query');
  if (query) {
    RURU_CONFIG.initialQuery = query;
    // A reload shall show what the editor has become, not this again.
    history.replaceState(null, '', location.pathname);
  }
}
