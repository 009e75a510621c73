import type { Request } from 'express';
import { type ExecutionResult, GraphQLError } from 'graphql';
import { isPromiseLike } from 'postgraphile/grafast';
import type { QueryLimits } from '../../query-limits/query-limits.ts';
import { factsOf } from '../../telemetry/request-facts.ts';
import { tooLarge } from '../answer-budget.ts';

/**
 * An answer can say the same value several times, by aliases of a field; of 30, as many as are allowed by default, and by
 * `nodes` beside `edges`.
 */
const MAX_REPETITIONS = 100;

/** Refuses to write an answer that is larger than it may be, although what the database sent was not. */
export function makeAnswerSizePlugin(limits: Pick<QueryLimits, 'kilobytes'>): GraphileConfig.Plugin {
  const bytes = limits.kilobytes * 1000;

  function check(req: Request, result: ExecutionResult): ExecutionResult {
    const { budget } = factsOf(req);
    // Nearly always: then it need not be measured.
    if (!budget || budget.used * MAX_REPETITIONS < bytes) return result;
    if (measure(result.data, bytes) <= bytes) return result;
    const error = tooLarge(limits);
    return { data: null, errors: [new GraphQLError(error.message, { originalError: error })] };
  }

  return {
    name: 'AnswerSizePlugin',
    version: '1.0.0',
    grafast: {
      middleware: {
        execute(next, { args }) {
          const result = next();
          const req = args.requestContext?.expressv4?.req as Request | undefined;
          if (!req) return result;
          if (isPromiseLike(result)) return result.then((settled) => check(req, settled as ExecutionResult));
          return check(req, result as ExecutionResult);
        },
      },
    },
  };
}

/** Characters of a value in JSON, at least; counts no further than `most`. */
function measure(value: unknown, most: number): number {
  if (typeof value === 'string') return value.length + 2;
  if (typeof value !== 'object' || value === null) return 4;
  let size = 2;
  for (const key in value) {
    size +=
      (Array.isArray(value) ? 1 : key.length + 4) +
      measure((value as Record<string, unknown>)[key], most - size);
    if (size > most) break;
  }
  return size;
}
