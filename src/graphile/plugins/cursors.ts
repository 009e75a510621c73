import { type PgCodec, PgSelectStep, PgUnionAllStep } from 'postgraphile/@dataplan/pg';
import {
  ConnectionStep,
  constant,
  type FieldArgs,
  type FieldInfo,
  lambda,
  type Step,
} from 'postgraphile/grafast';
import { CursorStep } from '../cursors/cursor-step.ts';
import { type CursorText, makeCursorText, parseCursor } from '../cursors/cursor-text.ts';
import type { OrderSpec } from '../cursors/order.ts';
import { keysOf } from '../cursors/order.ts';
import { hasOrder } from '../cursors/order-values.ts';
import { CURSOR_DETAILS, PageOrderStep } from '../cursors/page-order-step.ts';
import { recordOrders } from '../cursors/recorded-orders.ts';
import { type Union, UnionOrderStep } from '../cursors/union-order-step.ts';

type Scope = { isPgFieldConnection?: boolean; argName?: string };
/** Fields of the step that @dataplan/pg 1.1 does not publish. */
type Select = PgSelectStep & { orders: readonly OrderSpec[]; isOrderUnique: boolean };

/**
 * Replaces how @dataplan/pg 1.1 pages by cursors. Its own cursors lose or repeat rows where an order holds nulls, ties of a
 * unique key among them, and fail for types whose values it writes otherwise than PostgreSQL reads them
 * (docs/upstream/cursors.md). Everything else of its paging stays.
 *
 * @param secrets newest first: the first signs cursors, all verify them
 */
export function makeCursorsPlugin(secrets: readonly string[]): GraphileConfig.Plugin {
  const cursors = makeCursorText(secrets);
  return {
    name: 'CursorsPlugin',
    version: '1.0.0',
    // Page sizes are given to what this makes.
    before: ['PageSizePlugin'],
    schema: {
      entityBehavior: {
        pgCodecAttribute: {
          override(behavior, [codec, name]) {
            return hasOrder(codec.attributes[name]?.codec as PgCodec)
              ? behavior
              : [behavior, '-attribute:orderBy'];
          },
        },
      },
      hooks: {
        GraphQLObjectType_fields_field_args_arg(argument, _build, { scope }) {
          const { isPgFieldConnection, argName } = scope as Scope;
          const isCursor = isPgFieldConnection && (argName === 'after' || argName === 'before');
          return isCursor ? { ...argument, applyPlan: undefined } : argument;
        },
        GraphQLObjectType_fields_field(field, _build, { scope }) {
          const { plan } = field;
          if (!(scope as Scope).isPgFieldConnection || !plan) return field;
          return {
            ...field,
            plan($source: Step, args: FieldArgs, info: FieldInfo) {
              return planConnection(() => plan($source, args, info), args, cursors);
            },
          };
        },
      },
    },
  };
}

function planConnection(plan: () => Step, args: FieldArgs, cursors: CursorText): Step {
  const argument = (name: string) => (args.getRaw(name) as Step | undefined) ?? constant(undefined);
  const $after = argument('after');
  const $before = argument('before');
  // Before the field itself: behind a volatile function, which has side effects, steps cannot be its arguments.
  const $record = lambda(constant(null), () => recordOrders, true);
  const $order = new PageOrderStep({ $after, $before, $last: argument('last') }, cursors);
  const $numberAfter = lambda($after, toNumberCursor, true);
  const $numberBefore = lambda($before, toNumberCursor, true);

  const $unionOrder = new UnionOrderStep($after, $before, cursors);

  const $connection = plan();
  if (!($connection instanceof ConnectionStep)) throw new Error('A connection has to be a ConnectionStep.');
  const $rows = $connection.getSubplan();
  if ($rows instanceof PgSelectStep) {
    $rows.apply($record as never);
    args.autoApply($connection);
    $order.plan($rows.resource, plannedOrders($rows as unknown as Select));
    $rows.apply($order as never);
    // Without a key there may be no order at all, and a cursor is the number of a row, which @dataplan/pg makes an offset.
    if (keysOf($rows.resource).length === 0) {
      $rows.setAfter($numberAfter);
      $rows.setBefore($numberBefore);
    }
    $rows.cursorForItem = function (this: PgSelectStep, $row: Step) {
      $order.needsCursors = true;
      return new CursorStep($row, this.getMeta(CURSOR_DETAILS), cursors) as never;
    };
  } else if ($rows instanceof PgUnionAllStep) {
    $rows.apply($record as never);
    args.autoApply($connection);
    $unionOrder.plan($rows as unknown as Union);
    $rows.apply($unionOrder as never);
    $rows.cursorForItem = function (this: PgUnionAllStep, $row: Step) {
      $unionOrder.selectValues(this as unknown as Union);
      return new CursorStep($row, this.getMeta(CURSOR_DETAILS), cursors) as never;
    };
  } else {
    $connection.setAfter($after);
    $connection.setBefore($before);
  }
  return $connection;
}

function plannedOrders({ orders, isOrderUnique }: Select) {
  if (!Array.isArray(orders) || typeof isOrderUnique !== 'boolean')
    throw new Error('PgSelectStep has changed: its orders are not where CursorsPlugin reads them.');
  return { orders: [...orders], isUnique: isOrderUnique };
}

/** The form in which @dataplan/pg takes the number of a row. The cursor is verified with the orders, when they are known. */
function toNumberCursor(text: unknown): readonly ['natural', number] | null {
  const number = parseCursor(text)?.values[0];
  return typeof number === 'number' ? ['natural', number] : null;
}
