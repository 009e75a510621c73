import type { Mutant } from './mutant.ts';

type TestKey = { file: string; test: string };

/** A test that noticed another mutant of the same object is likelier to notice this one than one of the same kind. */
const SAME_TARGET = 3;
const SAME_OPERATOR = 1;

/** Which tests have noticed which mutants so far: the best guess for the next one. */
export class KillHistory {
  readonly #kills = new Map<string, { file: string; test: string; scores: Map<string, number> }>();

  add({ target, operator }: Mutant, { file, test }: TestKey): void {
    const key = `${file}\n${test}`;
    const { scores } = this.#kills.get(key) ?? { scores: new Map<string, number>() };
    for (const [about, points] of [
      [target, SAME_TARGET],
      [operator, SAME_OPERATOR],
    ] as const)
      scores.set(about, (scores.get(about) ?? 0) + points);
    this.#kills.set(key, { file, test, scores });
  }

  /** How likely a test is to notice a mutant; 0 without a reason to think so. */
  score({ target, operator }: Mutant, { file, test }: TestKey): number {
    const scores = this.#kills.get(`${file}\n${test}`)?.scores;
    return (scores?.get(target) ?? 0) + (scores?.get(operator) ?? 0);
  }
}
