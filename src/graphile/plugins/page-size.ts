import {
  ConnectionStep,
  ConstantStep,
  constant,
  type FieldArgs,
  type FieldInfo,
  lambda,
  type Step,
} from 'postgraphile/grafast';
import type { QueryLimits } from '../../query-limits/query-limits.ts';
import { CodedError } from '../error-codes.ts';

type Page = Step & { setFirst?($first: Step): void; setLast?($last: Step): void };
type Given = [first?: number | null, last?: number | null, before?: unknown, after?: unknown];
type Sizes = { $first: Step; $last: Step | null };
type Scope = { isPgFieldConnection?: boolean; isPgFieldSimpleCollection?: boolean };

const isPage = (scope: Scope) => Boolean(scope.isPgFieldConnection || scope.isPgFieldSimpleCollection);

/**
 * Gives pages a default size, so that no field answers a whole table. The largest size is a matter of the query limits,
 * which judge the document as a whole.
 */
export function makePageSizePlugin({
  pageSize,
  defaultPageSize,
}: Pick<QueryLimits, 'pageSize' | 'defaultPageSize'>): GraphileConfig.Plugin {
  return {
    name: 'PageSizePlugin',
    version: '1.0.0',
    schema: {
      hooks: {
        // They no longer apply themselves: what one of them means depends on whether the other arguments are given.
        GraphQLObjectType_fields_field_args_arg(argument, build, { scope }) {
          if (!isPage(scope as Scope) || (scope.argName !== 'first' && scope.argName !== 'last'))
            return argument;
          const size = `At most ${pageSize}; without \`first\` and \`last\` there are ${defaultPageSize}.`;
          const description = build.wrapDescription(`${argument.description} ${size}`, 'arg');
          return { ...argument, applyPlan: undefined, description };
        },
        GraphQLObjectType_fields_field(field, _build, { scope }) {
          const { plan } = field;
          if (!isPage(scope as Scope) || !plan) return field;
          return {
            ...field,
            plan($source: Step, args: FieldArgs, info: FieldInfo) {
              // First, because a volatile function has side effects, and steps made after it cannot be its arguments.
              const sizes = planSizes(args, defaultPageSize);
              const $page = plan($source, args, info);
              setSizes($page, sizes);
              return $page;
            },
          };
        },
      },
    },
  };
}

function planSizes(args: FieldArgs, defaultPageSize: number): Sizes {
  const $given = ['first', 'last', 'before', 'after'].map(
    (name) => (args.getRaw(name) as Step | undefined) ?? constant(undefined),
  );
  const [$first, $last, $before] = $given;
  const isMissing = ($value: Step | undefined) => $value instanceof ConstantStep && $value.data == null;
  // Usually the document already gives the size, and nothing is left to do at run time.
  if ($first instanceof ConstantStep && isMissing($last) && isMissing($before))
    return { $first: constant($first.data ?? defaultPageSize), $last: null };
  const sizes = (given: Given) => sizesOf(given, defaultPageSize);
  return {
    $first: lambda($given, (given) => sizes(given as Given).first),
    $last:
      isMissing($last) && isMissing($before) ? null : lambda($given, (given) => sizes(given as Given).last),
  };
}

/**
 * The size goes to the list within a connection and not to the connection, which takes any argument for a sign that its
 * rows are asked for: `{ items { totalCount } }` would select them as well.
 */
function setSizes($field: Step, { $first, $last }: Sizes): void {
  const $page = ($field instanceof ConnectionStep ? pageOf($field) : $field) as Page;
  $page.setFirst?.($first);
  if ($last) $page.setLast?.($last);
}

function pageOf($connection: ConnectionStep<unknown>): Step {
  const $rows = $connection.getSubplan() as Step & { paginationSupport?: { full?: boolean } };
  return $rows.paginationSupport?.full ? $rows : $connection;
}

/** Where neither is given, it is the page at the beginning; before a cursor, if only that is given, the page before it. */
function sizesOf([first, last, before, after]: Given, defaultPageSize: number) {
  if (first != null || last != null) return { first, last };
  if (before == null) return { first: defaultPageSize, last };
  if (after == null) return { first, last: defaultPageSize };
  throw new CodedError('INVALID_INPUT', 'Give `before` or `after`, not both.', { field: 'before' });
}
