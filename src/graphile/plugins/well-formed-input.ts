import { CodedError } from '../error-codes.ts';

/**
 * Refuses strings that PostgreSQL cannot store: a NUL, and a lone surrogate, which Node would silently replace on
 * its way into the database, so that a password would no longer be the one that was typed.
 */
export const WellFormedInputPlugin: GraphileConfig.Plugin = {
  name: 'WellFormedInputPlugin',
  version: '1.0.0',
  grafserv: {
    middleware: {
      processGraphQLRequestBody(next, { body }) {
        const field = findIllFormed(body.variableValues, '') ?? (isIllFormed(body.query) ? 'query' : null);
        if (field !== null) {
          throw new CodedError('INVALID_INPUT', 'Text may not hold NUL characters or lone surrogates.', {
            field,
          });
        }
        return next();
      },
    },
  },
};

const isIllFormed = (value: unknown) =>
  typeof value === 'string' && (!value.isWellFormed() || value.includes('\u0000'));

/** The path of the first string that cannot be stored, e.g. `input.password`; null if there is none. */
function findIllFormed(value: unknown, path: string): string | null {
  if (isIllFormed(value)) return path;
  if (typeof value !== 'object' || value === null) return null;
  for (const [key, child] of Object.entries(value)) {
    const found = isIllFormed(key) ? path : findIllFormed(child, path ? `${path}.${key}` : key);
    if (found !== null) return found;
  }
  return null;
}
