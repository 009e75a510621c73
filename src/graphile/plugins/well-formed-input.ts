import { isUtf8 } from 'node:buffer';
import { SafeError } from 'postgraphile/grafast';
import { VALUE_DEPTH } from '../../query-limits/find-excess.ts';
import { CodedError } from '../error-codes.ts';
import { toSafeError } from '../to-safe-error.ts';

const INVALID_TEXT = 'Text may not hold NUL characters or lone surrogates.';

/**
 * Refuses strings that PostgreSQL cannot store: a NUL, and a lone surrogate or broken UTF-8, which Node would silently
 * replace, so that a password would no longer be the one that was typed. Names the innermost field that holds one.
 * Refuses variables that are nested too deep, too.
 */
export const WellFormedInputPlugin: GraphileConfig.Plugin = {
  name: 'WellFormedInputPlugin',
  version: '1.0.0',
  grafserv: {
    middleware: {
      processRequest(next, { requestDigest }) {
        const { getBody } = requestDigest;
        requestDigest.getBody = async () => {
          const body = await getBody.call(requestDigest);
          if (body.type === 'buffer' && !isUtf8(body.buffer))
            throw new SafeError('The request is not UTF-8.', { statusCode: 400, code: 'BAD_REQUEST' });
          return body;
        };
        return next();
      },
      processGraphQLRequestBody(next, { body }) {
        const field = findIllFormed(body.variableValues, 'variables') ?? findIllFormed(body.query, 'query');
        if (field !== null)
          throw new SafeError(INVALID_TEXT, { statusCode: 400, code: 'INVALID_INPUT', field });
        return next();
      },
    },
  },
};

/** The name of the first field with a string that cannot be stored; null if there is none. */
function findIllFormed(value: unknown, field: string, depth = 0): string | null {
  if (typeof value === 'string') return isStorable(value) ? null : field;
  if (typeof value !== 'object' || value === null) return null;
  if (depth > VALUE_DEPTH)
    throw toSafeError(
      new CodedError('QUERY_TOO_COMPLEX', `Values within values: at most ${VALUE_DEPTH} are read.`),
    );
  for (const [key, child] of Object.entries(value)) {
    const found = isStorable(key)
      ? findIllFormed(child, Array.isArray(value) ? field : key, depth + 1)
      : field;
    if (found !== null) return found;
  }
  return null;
}

const isStorable = (text: string) => text.isWellFormed() && !text.includes('\u0000');
