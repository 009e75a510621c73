import { type InputHTMLAttributes, useId } from 'react';
import type { Problem } from '../api/to-problem.ts';

type Props = InputHTMLAttributes<HTMLInputElement> & {
  label: string;
  name: string;
  hint?: string;
  problem: Problem | undefined;
};

/** An input with its label, and the problem with it, if the server named this field. */
export function Field({ label, hint, problem, ...input }: Props) {
  const id = useId();
  const error = problem?.field === input.name ? problem.message : undefined;
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        {...input}
        aria-invalid={error ? true : undefined}
        aria-describedby={error || hint ? `${id}-more` : undefined}
      />
      {error ? (
        <p id={`${id}-more`} className="error" role="alert">
          {error}
        </p>
      ) : (
        hint && (
          <p id={`${id}-more`} className="hint">
            {hint}
          </p>
        )
      )}
    </div>
  );
}
