import type { PgCodec, PgExecutor, PgExecutorContext, PgResource } from 'postgraphile/@dataplan/pg';
import { PgSelectStep } from 'postgraphile/@dataplan/pg';
import type { ExecutionDetails, Step } from 'postgraphile/grafast';

/** The values of a step's dependencies. */
export type Values = ExecutionDetails['values'];

/** A value that a step knows only at run time, and puts into its SQL as a parameter. */
export type Placeholder = {
  dependencyIndex: number;
  codec: PgCodec;
  /** It is what the database gets; otherwise the codec has to encode it. */
  alreadyEncoded: boolean;
};

/** The dependencies that decide what the SQL of a step looks like, by their index among its dependencies. */
export type SelectArguments = {
  firstStepId: number | null;
  lastStepId: number | null;
  offsetStepId: number | null;
  afterStepId: number | null;
  beforeStepId: number | null;
  /** Functions, or lists of functions, that add to the query: filters, orders, relations. */
  applyDepIds: readonly number[];
};

export type ExecuteMethod = 'executeWithCache' | 'executeWithoutCache';
export type ExecuteOptions = Parameters<PgExecutor[ExecuteMethod]>[1];
export type Execute = (details: ExecutionDetails) => Promise<readonly unknown[]>;

/** What @dataplan/pg does not tell of its PgSelectStep, as of the version that package.json pins. */
export type SelectStep = SelectArguments & {
  dependencies: readonly Step[];
  execute: Execute;
  resource: PgResource & Pick<PgExecutor, ExecuteMethod>;
  contextId: number;
  fetchOneExtra: boolean;
  placeholders: readonly Placeholder[];
  /** Pieces of SQL that are known only at run time. */
  deferreds: readonly unknown[];
  streamDetailsDepIds: readonly number[] | null;
};

/** @returns null for another kind of step, one derived from it included */
export const asSelectStep = (step: Step): SelectStep | null =>
  step.constructor === PgSelectStep && !Object.hasOwn(step, 'execute')
    ? (step as unknown as SelectStep)
    : null;

/** Whom a step works for: the request's settings and its way to the database. */
export const contextOf = (step: SelectStep, values: Values): PgExecutorContext =>
  values[step.contextId]?.unaryValue();
