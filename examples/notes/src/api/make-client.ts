import { type Client, cacheExchange, createClient, fetchExchange, mapExchange } from 'urql';
import { makeCsrfFetch } from './csrf-fetch.ts';
import { toProblem } from './to-problem.ts';

export type ClientEvents = {
  /** The server does not know the session (any more). */
  onSessionEnded(): void;
  /** Somebody else may be logged in by now. */
  onSessionChanged(): void;
};

/** A client with an empty cache: each login has one of its own, so nobody sees what was cached for somebody else. */
export function makeClient({ onSessionEnded, onSessionChanged }: ClientEvents): Client {
  return createClient({
    url: '/graphql',
    fetch: makeCsrfFetch(onSessionChanged),
    fetchOptions: { headers: { accept: 'application/json' } },
    preferGetMethod: false,
    exchanges: [
      mapExchange({
        onError(error) {
          if (toProblem(error).code === 'UNAUTHENTICATED') onSessionEnded();
        },
      }),
      cacheExchange,
      fetchExchange,
    ],
  });
}
