import { useCallback, useEffect, useState } from 'react';
import { type Client, Provider, useQuery } from 'urql';
import { Entrance } from './account/entrance.tsx';
import { ERROR_CODES } from './api/error-codes.ts';
import { makeClient } from './api/make-client.ts';
import { toProblem } from './api/to-problem.ts';
import { graphql } from './gql/index.ts';
import { Notes } from './notes/notes.tsx';
import { Trouble } from './ui/trouble.tsx';

const CURRENT_USER = graphql(`
  query CurrentUser {
    currentUser { rowId username }
  }
`);

/** From one login or logout to the next. `notice` says why it began. */
type Visit = { number: number; client: Client; notice: string | undefined };

/** Gives everything below a client of its own, and a new one whenever somebody comes or goes. */
export function App() {
  const [visit, setVisit] = useState<Visit>(() => ({ number: 0, client: make(), notice: undefined }));
  const [changes, setChanges] = useState(0);

  function begin(notice?: string) {
    setVisit(({ number }) => ({ number: number + 1, client: make(), notice }));
  }
  function make(): Client {
    return makeClient({
      onSessionEnded: () => begin(ERROR_CODES.UNAUTHENTICATED.message),
      onSessionChanged: () => setChanges((count) => count + 1),
    });
  }

  return (
    <Provider value={visit.client}>
      {/* With a key, so that nothing of the visit before is left on the screen. */}
      <Page key={visit.number} notice={visit.notice} changes={changes} onChange={begin} />
    </Provider>
  );
}

type Props = { notice: string | undefined; changes: number; onChange: (notice?: string) => void };

/** What one may see: the notes of whoever is logged in, or the way in. */
function Page({ notice, changes, onChange }: Props) {
  const [{ data, error }, read] = useQuery({ query: CURRENT_USER });
  const refresh = useCallback(() => read({ requestPolicy: 'network-only' }), [read]);

  // Somebody may have logged in or out in another tab.
  useEffect(() => {
    const look = () => document.visibilityState === 'visible' && refresh();
    document.addEventListener('visibilitychange', look);
    return () => document.removeEventListener('visibilitychange', look);
  }, [refresh]);
  useEffect(() => {
    if (changes > 0) refresh();
  }, [changes, refresh]);

  if (error)
    return (
      <main className="entrance">
        <Trouble problem={toProblem(error)} onRetry={refresh} onRefresh={refresh} />
      </main>
    );
  if (!data) return <main aria-busy="true" />;
  const { currentUser } = data;
  if (!currentUser) return <Entrance notice={notice} onEntered={() => onChange()} />;
  return (
    <Notes
      key={currentUser.rowId}
      userId={currentUser.rowId}
      username={currentUser.username}
      onLeft={() => onChange('You are logged out.')}
    />
  );
}
