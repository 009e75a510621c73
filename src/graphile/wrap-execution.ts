import { isPromiseLike } from 'postgraphile/grafast';
import type { ParseAndValidate } from './parse-and-validate.ts';

type SetPreset = NonNullable<NonNullable<GraphileConfig.Plugin['grafserv']>['middleware']>['setPreset'];
type Options = Parameters<Extract<SetPreset, (...args: never[]) => unknown>>[1];
type Config = Awaited<ReturnType<Options['getExecutionConfig']>>;

type Wrappers = {
  parseAndValidate?: (inner: ParseAndValidate, config: Config) => ParseAndValidate;
  execute?: (inner: Config['execute']) => Config['execute'];
};

/**
 * Wraps how grafserv reads documents, and how it runs them. grafserv asks for both at each request; they are wrapped anew
 * only when they have changed, which is with the schema.
 */
export function wrapExecution(
  options: Options,
  { parseAndValidate = (inner) => inner, execute = (inner) => inner }: Wrappers,
): void {
  const { getExecutionConfig } = options;
  const wrapParse = remembersLast(parseAndValidate);
  const wrapExecute = remembersLast(execute);
  const wrap = (config: Config): Config => {
    config.parseAndValidate = wrapParse(config.parseAndValidate, config);
    config.execute = wrapExecute(config.execute, config);
    return config;
  };
  options.getExecutionConfig = function (requestContext) {
    const config = getExecutionConfig.call(this, requestContext);
    return isPromiseLike(config) ? config.then(wrap) : wrap(config);
  };
}

function remembersLast<T>(wrap: (inner: T, config: Config) => T): (inner: T, config: Config) => T {
  let last: { inner: T; wrapped: T } | undefined;
  return (inner, config) => {
    if (last?.inner !== inner) last = { inner, wrapped: wrap(inner, config) };
    return last.wrapped;
  };
}
