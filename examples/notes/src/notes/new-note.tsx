import { type FormEvent, useRef } from 'react';
import { useMutation } from 'urql';
import { toProblem } from '../api/to-problem.ts';
import { Trouble } from '../ui/trouble.tsx';
import { isSend } from './is-send.ts';
import { ADD_NOTE } from './operations.ts';
import { useDraft } from './use-draft.ts';

type Props = { userId: string; onStale: () => void };

export function NewNote({ userId, onStale }: Props) {
  const [body, setBody] = useDraft(userId);
  const [{ error, fetching }, add] = useMutation(ADD_NOTE);
  const form = useRef<HTMLFormElement>(null);

  async function save(event?: FormEvent) {
    event?.preventDefault();
    if (fetching) return;
    const { error } = await add({ body });
    if (!error) setBody('');
  }

  return (
    <form ref={form} className="sheet new" onSubmit={save}>
      <label htmlFor="new-note" className="hidden">
        New note
      </label>
      <textarea
        id="new-note"
        name="body"
        rows={3}
        placeholder="Write something down …"
        value={body}
        onChange={(event) => setBody(event.target.value)}
        onKeyDown={(event) => isSend(event) && form.current?.requestSubmit()}
        aria-invalid={error ? true : undefined}
        required
      />
      {error && <Trouble problem={toProblem(error)} onRetry={() => save()} onRefresh={onStale} />}
      <button type="submit" disabled={fetching}>
        Add note
      </button>
    </form>
  );
}
