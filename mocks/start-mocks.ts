import { HttpResponse, http, passthrough } from 'msw';
import { setupServer } from 'msw/node';
import { handlers } from './handlers/index.ts';

/** Addresses of this machine, which are never mocked: the server itself, and what tests start. */
const LOOPBACK = /^(localhost|127(\.\d+){3}|\[::1\])$/;

/** What no handler knows: it fails as without a network, and says so, so that nothing leaves the machine unseen. */
const everythingElse = http.all('*', ({ request: { method, url } }) => {
  const { hostname, origin, pathname } = new URL(url);
  if (LOOPBACK.test(hostname)) return passthrough();
  // Without the query, which may hold a secret.
  console.error(
    `No mock answers ${method} ${origin}${pathname}, so it was refused. Add one to mocks/handlers.`,
  );
  return HttpResponse.error();
});

/**
 * Answers outbound HTTP of this process by the handlers of ./handlers instead of the services. PostgreSQL, Redis and SMTP
 * are not HTTP, and untouched.
 *
 * @returns MSW's server, to add handlers in tests, and to `close` it.
 */
export function startMocks() {
  const server = setupServer(...handlers, everythingElse);
  server.listen({ onUnhandledRequest: 'error' });
  return server;
}
