import { type FormEvent, useRef, useState } from 'react';
import { useMutation } from 'urql';
import { toProblem } from '../api/to-problem.ts';
import { Trouble } from '../ui/trouble.tsx';
import { isSend } from './is-send.ts';
import type { Note } from './note-card.tsx';
import { EDIT_NOTE } from './operations.ts';

type Props = { note: Note; onDone: () => void; onStale: () => void };

export function NoteEditor({ note, onDone, onStale }: Props) {
  const [body, setBody] = useState(note.body);
  const [{ error, fetching }, edit] = useMutation(EDIT_NOTE);
  const form = useRef<HTMLFormElement>(null);

  async function save(event?: FormEvent) {
    event?.preventDefault();
    if (fetching) return;
    const { error } = await edit({ rowId: note.rowId, body });
    if (!error) onDone();
  }

  return (
    <form ref={form} onSubmit={save}>
      <textarea
        aria-label="Edit the note"
        rows={5}
        value={body}
        onChange={(event) => setBody(event.target.value)}
        onKeyDown={(event) => {
          if (isSend(event)) form.current?.requestSubmit();
          if (event.key === 'Escape') onDone();
        }}
        aria-invalid={error ? true : undefined}
        // biome-ignore lint/a11y/noAutofocus: one has just asked to edit it
        autoFocus
        required
      />
      {error && <Trouble problem={toProblem(error)} onRetry={() => save()} onRefresh={onStale} />}
      <footer>
        <div className="acts">
          <button type="button" className="plain" onClick={onDone}>
            Cancel
          </button>
          <button type="submit" disabled={fetching}>
            Save
          </button>
        </div>
      </footer>
    </form>
  );
}
