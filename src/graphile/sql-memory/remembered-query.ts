import type { ExecutionDetails } from 'postgraphile/grafast';
import { isPromiseLike } from 'postgraphile/grafast';
import {
  contextOf,
  type Execute,
  type ExecuteMethod,
  type ExecuteOptions,
  type Placeholder,
  type SelectStep,
  type Values,
} from './select-step.ts';

type Parameter = ExecuteOptions['rawSqlValues'][number];

/**
 * What a step sends for one set of arguments, and what it makes of the rows. Of the request for which it was built it holds
 * the values of filters and the like, which serve only who asks for the same values.
 */
export type RememberedQuery = {
  method: ExecuteMethod;
  options: Omit<ExecuteOptions, 'rawSqlValues' | 'eventEmitter'>;
  /** The parameters; where a stand-in is, the value of its placeholder comes. */
  parameters: ReadonlyArray<Parameter | StandIn>;
  /** What a page has beside its rows. */
  page: Record<string, unknown>;
};

const SMALLEST_SIZE = 3_000;

/** Stands among the parameters for the value of a placeholder. */
class StandIn {
  readonly placeholder: Placeholder;
  readonly isBatch = false;

  constructor(placeholder: Placeholder) {
    this.placeholder = placeholder;
  }

  at(): this {
    return this;
  }

  unaryValue(): this {
    return this;
  }
}

/**
 * Lets a step build its query without sending it, with stand-ins for the values of its placeholders.
 *
 * @param build the step's own `execute`
 * @returns null when there is more to it than one statement with parameters
 */
export async function buildQuery(
  step: SelectStep,
  build: Execute,
  details: ExecutionDetails,
): Promise<RememberedQuery | null> {
  const sent: Array<{ method: ExecuteMethod; options: ExecuteOptions }> = [];
  const keep = (method: ExecuteMethod) => ({
    value: async (_: unknown, options: ExecuteOptions) => {
      sent.push({ method, options });
      return { values: [[]] };
    },
  });
  const double = Object.create(step, {
    resource: {
      value: Object.create(step.resource, {
        executeWithCache: keep('executeWithCache'),
        executeWithoutCache: keep('executeWithoutCache'),
      }),
    },
    // Their values are found behind those of the step, and need no encoding.
    placeholders: {
      value: step.placeholders.map((placeholder, index) => ({
        ...placeholder,
        dependencyIndex: details.values.length + index,
        alreadyEncoded: true,
      })),
    },
  });
  const standIns = step.placeholders.map((placeholder) => new StandIn(placeholder));
  const values = [...details.values, ...standIns] as unknown as Values;
  const [page] = await build.call(double, { ...details, values });
  const [query] = sent;
  if (sent.length !== 1 || !query || query.options.identifierIndex != null) return null;
  const { rawSqlValues, eventEmitter: _, ...options } = query.options;
  const parameters = rawSqlValues.map(withoutItsDocument);
  if (
    !parameters.every(
      (parameter) => parameter instanceof StandIn || typeof parameter !== 'object' || !parameter,
    )
  )
    return null;
  return { method: query.method, options, parameters, page: page as RememberedQuery['page'] };
}

/** A literal of a document is a slice of its text, and would keep all of it in memory. */
const withoutItsDocument = (parameter: Parameter): Parameter =>
  typeof parameter === 'string' ? Buffer.from(parameter).toString() : parameter;

/** Bytes, about, that it takes to remember a query: what was measured for small ones, and its text. */
export function sizeOfQuery({ options, parameters }: RememberedQuery, key: string): number {
  let size = SMALLEST_SIZE + options.text.length + key.length;
  for (const parameter of parameters) if (typeof parameter === 'string') size += parameter.length;
  return size;
}

/** Sends a remembered query with the values, and for the request, of this execution. @returns what `execute` returns */
export async function sendQuery(
  step: SelectStep,
  { method, options, parameters, page }: RememberedQuery,
  { values, extra }: ExecutionDetails,
): Promise<readonly unknown[]> {
  const rawSqlValues = parameters.map((parameter) =>
    parameter instanceof StandIn ? encode(parameter.placeholder, values) : parameter,
  );
  const input = { context: contextOf(step, values), queryValues: [] };
  const result = await step.resource[method]([input], {
    ...options,
    rawSqlValues,
    eventEmitter: extra.eventEmitter,
  });
  const rows = result.values[0];
  // An error is a promise that rejects.
  if (rows == null || isPromiseLike(rows)) return [rows];
  const first = step.firstStepId === null ? null : values[step.firstStepId]?.unaryValue();
  const offset = step.offsetStepId === null ? null : values[step.offsetStepId]?.unaryValue();
  const hasMore = step.fetchOneExtra && first != null && rows.length > first;
  return [
    {
      ...page,
      items: hasMore ? rows.slice(0, first) : rows,
      hasNextPage: hasMore,
      hasPreviousPage: offset != null && offset !== 0,
    },
  ];
}

function encode({ dependencyIndex, codec, alreadyEncoded }: Placeholder, values: Values): Parameter {
  const value = values[dependencyIndex]?.at(0);
  if (value == null) return null;
  return alreadyEncoded ? value : codec.toPg(value);
}
