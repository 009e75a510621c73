import { LRUCache } from 'lru-cache';
import type { ExecutionDetails, OperationPlan, Step } from 'postgraphile/grafast';
import { argumentsKey, askForKeys } from '../sql-memory/argument-keys.ts';
import { buildQuery, type RememberedQuery, sendQuery, sizeOfQuery } from '../sql-memory/remembered-query.ts';
import { asSelectStep, type Execute, type SelectStep } from '../sql-memory/select-step.ts';
import { countUnknownRuns, isKnownRegistry, watchApplies } from '../sql-memory/watch-applies.ts';

/** Bytes, about, that a process remembers. A query of an ordinary screen takes 4,000. */
const ROOM = 20_000_000;

/** Stands for a query in which a function has a part that is not known to be pure. */
const NEVER = Symbol('never');
const SMALLEST_ENTRY = 200;

/**
 * Remembers the SQL of plans: without it PostGraphile builds, prints and hashes the same text for every request, a
 * fifth of what a request costs (docs/decisions/0011). What is remembered depends on a plan and on the values of its
 * arguments, never on who asks; the values of parameters, the session and the answer are each request's own.
 *
 * Functions of plugins may look at more than their argument, such as the clock. A query in which one has a part is not
 * remembered, unless the function is known to be pure (`declarePure`).
 */
export function makeRememberSqlPlugin(): GraphileConfig.Plugin {
  const queries = new LRUCache<string, RememberedQuery | typeof NEVER>({
    maxSize: ROOM,
    sizeCalculation: (query, key) =>
      query === NEVER ? key.length + SMALLEST_ENTRY : sizeOfQuery(query, key),
  });
  const prepared = new WeakSet<OperationPlan>();
  let lastId = 0;

  /** Gives a step its memory. It belongs to the step: an `executeStep` of grafast's middleware would cost every step. */
  function remember(step: SelectStep): void {
    const build = step.execute;
    const id = ++lastId;
    askForKeys(step);

    async function learn(key: string, details: ExecutionDetails) {
      const runs = countUnknownRuns();
      const query = await buildQuery(step, build, details);
      if (!query) return build.call(step, details);
      queries.set(key, countUnknownRuns() === runs ? query : NEVER);
      return sendQuery(step, query, details);
    }

    const execute: Execute = (details) => {
      const argumentsSay = isSimple(step, details) ? argumentsKey(step, details.values) : null;
      if (argumentsSay === null) return build.call(step, details);
      const key = `${id} ${argumentsSay}`;
      const query = queries.get(key);
      if (query === NEVER) return build.call(step, details);
      return query ? sendQuery(step, query, details) : learn(key, details);
    };
    step.execute = execute;
  }

  return {
    name: 'RememberSqlPlugin',
    version: '1.0.0',
    grafast: {
      middleware: {
        establishOperationPlan(next, { schema }) {
          watchApplies(schema);
          const plan = next();
          if (prepared.has(plan)) return plan;
          prepared.add(plan);
          for (const step of stepsOf(plan)) {
            const select = asSelectStep(step);
            if (select && isKnownRegistry(select.resource.registry)) remember(select);
          }
          return plan;
        },
      },
    },
  };
}

/** grafast keeps them to itself. */
const stepsOf = (plan: OperationPlan) =>
  (plan as unknown as { stepTracker: { activeSteps: Iterable<Step> } }).stepTracker.activeSteps;

/** One statement, for one row of the parent, whose text is known from the arguments. */
function isSimple(step: SelectStep, { count, stream, values }: ExecutionDetails): boolean {
  if (count !== 1 || stream || step.deferreds.length > 0) return false;
  // Nothing is asked for at all.
  if (step.firstStepId !== null && values[step.firstStepId]?.unaryValue() === 0) return false;
  for (const index of step.streamDetailsDepIds ?? []) if (values[index]?.unaryValue() != null) return false;
  return true;
}
