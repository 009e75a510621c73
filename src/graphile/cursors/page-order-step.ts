import { type PgResource, type PgSelectQueryBuilder, TYPES } from 'postgraphile/@dataplan/pg';
import { sql } from 'postgraphile/@dataplan/pg/pg-sql2';
import { type Step, UnbatchedStep } from 'postgraphile/grafast';
import { CodedError } from '../error-codes.ts';
import { alwaysTheSame } from '../sql-memory/argument-keys.ts';
import type { CursorText, MakeCursorText } from './cursor-text.ts';
import { describeOrders, keysOf, type Order, type OrderSpec, toOrder } from './order.ts';
import { toText } from './order-values.ts';
import { recordedOrders } from './recorded-orders.ts';
import { seek } from './seek.ts';

/** What is used of the step; @dataplan/pg 1.1 does not publish its orders. */
export type Select = { resource: PgResource; orders: readonly OrderSpec[]; isOrderUnique: boolean };
type Given = { after: unknown; before: unknown; last: number | null | undefined };
type Apply = (builder: PgSelectQueryBuilder) => void;

/** Where a query keeps how the cursors of its rows are made, for `getMeta`. */
export const CURSOR_DETAILS = 'rowgateCursors';
/** `indexes` are of the values among what is selected. */
export type CursorDetails = { cursors: CursorText; indexes: readonly number[]; isNumber: boolean };

/** The number of a row of a list without any order, such as that of a function. */
const ROW_NUMBER = sql`(row_number() over (partition by 1))`;

/**
 * Completes the order of a list so that no two rows are tied, and lets it begin and end at cursors. To be applied to a
 * select step behind everything else that orders it.
 */
export class PageOrderStep extends UnbatchedStep<Apply> {
  static override $$export = { moduleName: 'rowgate', exportName: 'PageOrderStep' };
  override isSyncAndSafe = true;
  /** Whether the document asks for cursors. */
  needsCursors = false;
  #resource!: PgResource;
  #planned: { orders: readonly OrderSpec[]; isUnique: boolean } = { orders: [], isUnique: false };
  readonly #makeCursors: MakeCursorText;
  /** The same function each time, so that its SQL can be remembered. */
  readonly #withoutCursors: Apply = alwaysTheSame((builder) => this.#apply(builder, NONE));

  constructor($given: { $after: Step; $before: Step; $last: Step }, makeCursors: MakeCursorText) {
    super();
    this.#makeCursors = makeCursors;
    this.addUnaryDependency($given.$after);
    this.addUnaryDependency($given.$before);
    this.addUnaryDependency($given.$last);
  }

  /** @param $select with all that orders it whatever the arguments are */
  plan({ resource, orders, isOrderUnique }: Select): void {
    if (!Array.isArray(orders) || typeof isOrderUnique !== 'boolean')
      throw new Error('PgSelectStep has changed: its orders are not where CursorsPlugin reads them.');
    this.#resource = resource;
    this.#planned = { orders: [...orders], isUnique: isOrderUnique };
  }

  /** Without a key, a list that is not asked to be ordered is not. */
  get mayBeUnordered(): boolean {
    return keysOf(this.#resource).length === 0;
  }

  override unbatchedExecute(
    _extra: unknown,
    after: unknown,
    before: unknown,
    last: number | null | undefined,
  ): Apply {
    if (after == null && before == null && last == null) return this.#withoutCursors;
    return (builder) => this.#apply(builder, { after, before, last });
  }

  #apply(builder: PgSelectQueryBuilder, given: Given): void {
    // The whole list is counted, in no order.
    if (builder.mode === 'aggregate') return;
    const { orders, isUnique } = this.#complete(builder);
    const isNatural = orders.length === 0;
    if (isNatural) this.#orderBackward(builder, given);
    const isGiven = given.after != null || given.before != null;
    if (!isGiven && !this.needsCursors) return;

    if (!isNatural && !isUnique) throw new CodedError('INVALID_INPUT', NOT_UNIQUE, { field: 'orderBy' });
    const cursors = this.#makeCursors(describeOrders(this.#resource, orders));
    for (const side of ['after', 'before'] as const) {
      if (given[side] == null) continue;
      const values = cursors.read(given[side], side);
      if (!isNatural) builder.where(seek(orders, values as (string | null)[], side));
    }
    if (!this.needsCursors) return;
    const selected = isNatural ? [sql`${ROW_NUMBER}::text`] : orders.map(toText);
    const indexes = selected.map((fragment) => builder.selectAndReturnIndex(fragment));
    builder.setMeta(CURSOR_DETAILS, { cursors, indexes, isNumber: isNatural } satisfies CursorDetails);
  }

  /** Adds the columns of a key. @dataplan/pg would take any unique column for one, also a nullable one. */
  #complete(builder: PgSelectQueryBuilder): { orders: Order[]; isUnique: boolean } {
    const recorded = recordedOrders(builder);
    const specs = [...this.#planned.orders, ...recorded.orders];
    const keys = keysOf(this.#resource);
    const columns = new Set(
      specs.map((spec) => (spec.attribute !== undefined && !spec.callback ? spec.attribute : null)),
    );
    const [key] = keys;
    if (key && !keys.some((each) => each.every((name) => columns.has(name))))
      for (const attribute of key.filter((name) => !columns.has(name))) {
        const spec: OrderSpec = { attribute, direction: specs[0]?.direction ?? 'ASC' };
        specs.push(spec);
        builder.orderBy(spec);
      }
    // What claims a unique order, such as a plugin, is believed where no constraint could be what it means.
    const isSaidUnique = this.#planned.isUnique || recorded.isUnique;
    const isUnique = key !== undefined || (isSaidUnique && this.#resource.uniques.length === 0);
    builder.setOrderIsUnique();
    return { orders: specs.map((spec) => toOrder(spec, builder.alias, this.#resource)), isUnique };
  }

  /** The end of a list without an order is where its numbers end. */
  #orderBackward(builder: PgSelectQueryBuilder, { after, before, last }: Given): void {
    if (last == null || before != null) return;
    if (after != null)
      throw new CodedError(
        'INVALID_INPUT',
        'This list has no order. Give `first` with `after`, or `orderBy`.',
        {
          field: 'last',
        },
      );
    builder.orderBy({ fragment: ROW_NUMBER, codec: TYPES.int, direction: 'ASC' });
  }
}

const NONE: Given = { after: null, before: null, last: null };

const NOT_UNIQUE =
  'Rows of this list cannot be told apart, so it has no cursors in this order. Leave `orderBy` out, or page by `first` and `offset` and do not ask for cursors.';
