import type { PgExecutor, PgExecutorContext } from 'postgraphile/@dataplan/pg';
import type { RequestWithPgClient } from '../pg-adaptor.ts';

/** The parts of an executor by which all of PostGraphile's own statements leave, as of the version that package.json pins. */
type Executor = {
  _execute(context: PgExecutorContext, ...rest: unknown[]): unknown;
  executeMutation(options: { context: PgExecutorContext }): unknown;
};

const marked = new WeakSet<PgExecutor>();

/**
 * Lets the adaptor know which callbacks send one statement: those of PostGraphile's executors. Authentication, the
 * statement and the commit are one write then. The callbacks of plugins cannot be known, and get a transaction that
 * stays open until they end.
 */
export const SingleStatementsPlugin: GraphileConfig.Plugin = {
  name: 'SingleStatementsPlugin',
  version: '1.0.0',
  schema: {
    hooks: {
      build(build) {
        for (const executor of Object.values(build.input.pgRegistry.pgExecutors)) mark(executor);
        return build;
      },
    },
  },
};

function mark(executor: PgExecutor): void {
  if (marked.has(executor)) return;
  marked.add(executor);
  const own = executor as unknown as Executor;
  const { _execute, executeMutation } = own;
  own._execute = (context, ...rest) => _execute.call(executor, forSingle(context), ...rest);
  own.executeMutation = (options) =>
    executeMutation.call(executor, { ...options, context: forSingle(options.context) });
}

/** With what the executor keeps in it, such as its memory of answers. A context of another kind stays as it is. */
function forSingle(context: PgExecutorContext): PgExecutorContext {
  const { single } = context.withPgClient as Partial<RequestWithPgClient>;
  return single ? { ...context, withPgClient: single as PgExecutorContext['withPgClient'] } : context;
}
