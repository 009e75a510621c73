import { useState } from 'react';
import { useMutation, useQuery } from 'urql';
import { toProblem } from '../api/to-problem.ts';
import { graphql } from '../gql/index.ts';
import { Trouble } from '../ui/trouble.tsx';
import { NewNote } from './new-note.tsx';
import { NoteCard } from './note-card.tsx';
import { HOLDS_NOTES, NOTES } from './operations.ts';

const LOG_OUT = graphql(`
  mutation LogOut {
    logout(input: {}) { result }
  }
`);

/** Notes that are shown at first, and more with each request. */
const PAGE_SIZE = 12;

type Props = { userId: string; username: string; onLeft: () => void };

/** The notes of whoever is logged in. */
export function Notes({ userId, username, onLeft }: Props) {
  const [first, setFirst] = useState(PAGE_SIZE);
  const [{ data, error, fetching }, read] = useQuery({
    query: NOTES,
    variables: { first },
    context: HOLDS_NOTES,
  });
  const [leaving, logOut] = useMutation(LOG_OUT);
  const refresh = () => read({ requestPolicy: 'network-only' });
  const leave = async () => {
    const { error } = await logOut({});
    if (error) return;
    // What was being written is nobody else's to find.
    sessionStorage.clear();
    onLeft();
  };

  const notes = (data?.notes?.nodes ?? []).filter((note) => note !== null);
  return (
    <>
      <header className="top">
        <p className="brand">
          <img src="/icon.svg" width="28" height="28" alt="" /> Notes
        </p>
        <p className="who">{username}</p>
        <button type="button" className="plain" onClick={leave} disabled={leaving.fetching}>
          Log out
        </button>
      </header>
      <main className="desk">
        <h1 className="hidden">Your notes</h1>
        {leaving.error && <Trouble problem={toProblem(leaving.error)} onRetry={leave} />}
        <NewNote userId={userId} onStale={refresh} />
        {error && <Trouble problem={toProblem(error)} onRetry={refresh} onRefresh={refresh} />}
        {data && notes.length === 0 && <p className="empty">Nothing yet. The first note is the hardest.</p>}
        <ul className="cards">
          {notes.map((note) => (
            <NoteCard key={note.rowId} note={note} onStale={refresh} />
          ))}
        </ul>
        {data?.notes?.pageInfo.hasNextPage && (
          <button
            type="button"
            className="plain more"
            disabled={fetching}
            onClick={() => setFirst(first + PAGE_SIZE)}
          >
            Show more
          </button>
        )}
      </main>
    </>
  );
}
