import { type FormEvent, useState } from 'react';
import type { CombinedError } from 'urql';
import { type Problem, toProblem } from '../api/to-problem.ts';

/** The state of a form whose fields are all texts. `send` resolves to the error, if any. */
export function useForm(send: (values: Record<string, string>) => Promise<CombinedError | undefined>) {
  const [problem, setProblem] = useState<Problem>();
  const [isBusy, setIsBusy] = useState(false);

  async function onSubmit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    if (isBusy) return;
    const form = event.currentTarget;
    const values = Object.fromEntries([...new FormData(form)].map(([name, value]) => [name, String(value)]));
    setIsBusy(true);
    setProblem(undefined);
    const error = await send(values);
    setIsBusy(false);
    if (!error) return;
    const found = toProblem(error);
    setProblem(found);
    const wrong = form.elements.namedItem(found.field ?? 'password');
    if (wrong instanceof HTMLElement) wrong.focus();
  }

  return { problem, isBusy, onSubmit };
}

/** What a form shows above its button: problems that no field of it shows. */
export const withoutField = (problem: Problem | undefined, fields: string[]) =>
  problem && !fields.includes(problem.field ?? '') ? problem : undefined;
