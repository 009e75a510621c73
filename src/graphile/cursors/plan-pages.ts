import { PgSelectStep, PgUnionAllStep } from 'postgraphile/@dataplan/pg';
import { ConnectionStep, constant, type FieldArgs, lambda, type Step } from 'postgraphile/grafast';
import { CursorStep } from './cursor-step.ts';
import { type MakeCursorText, parseCursor } from './cursor-text.ts';
import { CURSOR_DETAILS, PageOrderStep, type Select } from './page-order-step.ts';
import { recordOrders } from './recorded-orders.ts';
import { type Union, UnionOrderStep } from './union-order-step.ts';

/**
 * Plans a connection or a list with a complete order, and with cursors of ours if it has any.
 *
 * @param plan of the field itself
 */
export function planPages(plan: () => Step, args: FieldArgs, makeCursors: MakeCursorText): Step {
  const argument = (name: string) => (args.getRaw(name) as Step | undefined) ?? constant(undefined);
  const [$after, $before, $last] = [argument('after'), argument('before'), argument('last')];
  // Before the field itself: behind a volatile function, which has side effects, steps cannot be its arguments.
  const $record = lambda(constant(null), () => recordOrders, true);
  const $order = new PageOrderStep({ $after, $before, $last }, makeCursors);
  const $unionOrder = new UnionOrderStep($after, $before, makeCursors);
  const numbers = {
    $after: lambda($after, toNumberCursor, true),
    $before: lambda($before, toNumberCursor, true),
  };

  const $field = plan();
  const $rows = $field instanceof ConnectionStep ? $field.getSubplan() : $field;
  if ($rows instanceof PgSelectStep) {
    $rows.apply($record as never);
    args.autoApply($field);
    $order.plan($rows as unknown as Select);
    $rows.apply($order as never);
    if ($field instanceof ConnectionStep && $order.mayBeUnordered) {
      // A cursor may be the number of a row, which @dataplan/pg makes an offset.
      $rows.setAfter(numbers.$after);
      $rows.setBefore(numbers.$before);
    }
    $rows.cursorForItem = function (this: PgSelectStep, $row: Step) {
      $order.needsCursors = true;
      return new CursorStep($row, this.getMeta(CURSOR_DETAILS)) as never;
    };
  } else if ($rows instanceof PgUnionAllStep) {
    $rows.apply($record as never);
    args.autoApply($field);
    $unionOrder.plan($rows as unknown as Union);
    $rows.apply($unionOrder as never);
    $rows.cursorForItem = function (this: PgUnionAllStep, $row: Step) {
      $unionOrder.selectValues(this as unknown as Union);
      return new CursorStep($row, this.getMeta(CURSOR_DETAILS)) as never;
    };
  } else if ($field instanceof ConnectionStep) {
    // Rows of another source have cursors of their own.
    $field.setAfter($after);
    $field.setBefore($before);
  }
  return $field;
}

/** The form in which @dataplan/pg takes the number of a row. The cursor is verified with the orders, when they are known. */
function toNumberCursor(text: unknown): readonly ['natural', number] | null {
  const number = parseCursor(text)?.values[0];
  return typeof number === 'number' ? ['natural', number] : null;
}
