import type { Rule } from '../rule.ts';

export const strictWithDefault: Rule = {
  id: 'strict-with-default',
  severity: 'warning',
  title: 'A function is strict only if every argument is required',
  why: 'Strictness is for the whole function: with an optional argument left null it silently returns null and does nothing.',
  find: ({ routines }) =>
    routines
      .filter(({ isStrict, defaultCount }) => isStrict && defaultCount > 0)
      .map(({ label, kind, name }) => ({
        object: label,
        message: `${name} is strict and has an argument with a default. Let it validate what it needs.`,
        mend: `alter ${kind} ${name} called on null input;`,
      })),
};
