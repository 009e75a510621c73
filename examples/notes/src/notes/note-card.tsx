import { useState } from 'react';
import { useMutation } from 'urql';
import { toProblem } from '../api/to-problem.ts';
import type { NotesQuery } from '../gql/graphql.ts';
import { Trouble } from '../ui/trouble.tsx';
import { NoteEditor } from './note-editor.tsx';
import { DELETE_NOTE } from './operations.ts';

export type Note = NonNullable<NonNullable<NotesQuery['notes']>['nodes'][number]>;

const format = new Intl.DateTimeFormat('en', {
  month: 'short',
  day: 'numeric',
  hour: 'numeric',
  minute: '2-digit',
});

/** One note, to read, edit and delete. `onStale`: it is not what is stored any more. */
export function NoteCard({ note, onStale }: { note: Note; onStale: () => void }) {
  const [mode, setMode] = useState<'read' | 'edit' | 'delete'>('read');
  const [{ error, fetching }, remove] = useMutation(DELETE_NOTE);
  const erase = () => remove({ rowId: note.rowId });

  if (mode === 'edit')
    return (
      <li className="card">
        <NoteEditor note={note} onDone={() => setMode('read')} onStale={onStale} />
      </li>
    );
  return (
    <li className="card">
      <p className="body">{note.body}</p>
      {error && <Trouble problem={toProblem(error)} onRetry={erase} onRefresh={onStale} />}
      <footer>
        <time dateTime={note.updatedAt}>{format.format(new Date(note.updatedAt))}</time>
        {mode === 'read' ? (
          <div className="acts">
            <button type="button" className="plain" onClick={() => setMode('edit')}>
              Edit
            </button>
            <button type="button" className="plain" onClick={() => setMode('delete')}>
              Delete
            </button>
          </div>
        ) : (
          <div className="acts">
            {/* biome-ignore lint/a11y/noAutofocus: what was pressed is gone, and the focus would be with it */}
            <button type="button" className="plain" autoFocus onClick={() => setMode('read')}>
              Keep
            </button>
            <button type="button" className="plain danger" disabled={fetching} onClick={erase}>
              Delete for ever
            </button>
          </div>
        )}
      </footer>
    </li>
  );
}
