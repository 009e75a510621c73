import type { ExecutionResult, GraphQLError } from 'graphql';
import { isPromiseLike } from 'postgraphile/grafast';
import { sentValues } from '../sent-values.ts';

/**
 * For development: remembers what the request of each error has sent, so that the log can show what PostgreSQL says
 * without the values.
 */
export class SentValues {
  readonly #sent = new WeakMap<GraphQLError, () => string[]>();

  /** Undefined where it is not known. */
  with(error: GraphQLError): string[] | undefined {
    return this.#sent.get(error)?.();
  }

  plugin(): GraphileConfig.Plugin {
    return {
      name: 'NoteSentValuesPlugin',
      version: '1.0.0',
      grafast: {
        middleware: {
          execute: (next, { args: { document, variableValues } }) => {
            const note = <T>(result: T): T => {
              for (const error of (result as ExecutionResult).errors ?? [])
                this.#sent.set(error, () => sentValues(document, variableValues));
              return result;
            };
            const result = next();
            return isPromiseLike(result) ? result.then(note) : note(result);
          },
        },
      },
    };
  }
}
