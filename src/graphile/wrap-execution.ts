import { isPromiseLike } from 'postgraphile/grafast';
import type { ParseAndValidate } from './parse-and-validate.ts';

type SetPreset = NonNullable<NonNullable<GraphileConfig.Plugin['grafserv']>['middleware']>['setPreset'];
type Options = Parameters<Extract<SetPreset, (...args: never[]) => unknown>>[1];
type Config = Awaited<ReturnType<Options['getExecutionConfig']>>;

type Wrappers = {
  parseAndValidate?: (inner: ParseAndValidate) => ParseAndValidate;
  execute?: (inner: Config['execute']) => Config['execute'];
};

/**
 * Wraps how grafserv reads documents, and how it runs them. grafserv asks for both at each request; each is wrapped anew
 * only when it has changed, as the reading of documents does with the schema.
 */
export function wrapExecution(
  options: Options,
  { parseAndValidate = (inner) => inner, execute = (inner) => inner }: Wrappers,
): void {
  const { getExecutionConfig } = options;
  const wrapParse = remembersLast(parseAndValidate);
  const wrapExecute = remembersLast(execute);
  const wrap = (config: Config): Config => {
    config.parseAndValidate = wrapParse(config.parseAndValidate);
    config.execute = wrapExecute(config.execute);
    return config;
  };
  options.getExecutionConfig = function (requestContext) {
    const config = getExecutionConfig.call(this, requestContext);
    return isPromiseLike(config) ? config.then(wrap) : wrap(config);
  };
}

function remembersLast<T>(wrap: (inner: T) => T): (inner: T) => T {
  let last: { inner: T; wrapped: T } | undefined;
  return (inner) => {
    if (last?.inner !== inner) last = { inner, wrapped: wrap(inner) };
    return last.wrapped;
  };
}
