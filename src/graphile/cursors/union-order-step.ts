import {
  type PgCodec,
  type PgResource,
  type PgUnionAllQueryBuilder,
  type PgUnionAllStep,
  TYPES,
} from 'postgraphile/@dataplan/pg';
import { type SQL, sql } from 'postgraphile/@dataplan/pg/pg-sql2';
import { type Step, UnbatchedStep } from 'postgraphile/grafast';
import type { MakeCursorText } from './cursor-text.ts';
import { type Order, type OrderSpec, toOrder } from './order.ts';
import { toText } from './order-values.ts';
import { CURSOR_DETAILS, type CursorDetails } from './page-order-step.ts';
import { recordedOrders } from './recorded-orders.ts';
import { seek } from './seek.ts';

type Apply = (builder: PgUnionAllQueryBuilder) => void;
type UnionSpec = OrderSpec & { attribute: string };
type Member = { alias: SQL; finalResource: PgResource; member: { typeName: string } };
/** What is used of the step; @dataplan/pg 1.1 does not publish all of it. */
export type Union = Pick<PgUnionAllStep, 'alias' | 'selectAndReturnIndex' | 'selectType' | 'selectPk'> & {
  select(attribute: string): number;
  spec: { attributes?: Record<string, { codec: PgCodec }> };
  memberDigests: readonly Member[];
  orderSpecs: readonly UnionSpec[];
};

/**
 * Lets a list of several tables, which @dataplan/pg orders by common attributes, then by the type's name and its primary key,
 * begin and end at cursors. To be applied to its step behind everything else that orders it.
 */
export class UnionOrderStep extends UnbatchedStep<Apply> {
  static override $$export = { moduleName: 'rowgate', exportName: 'UnionOrderStep' };
  override isSyncAndSafe = true;
  readonly #makeCursors: MakeCursorText;
  #attributes: Record<string, { codec: PgCodec }> = {};
  #members: readonly Member[] = [];
  #planned: readonly UnionSpec[] = [];
  /** Where the values of cursors are among what is selected; null while the document asks for no cursors. */
  #selected: { attributes: Map<string, number>; type: number; key: number } | null = null;

  constructor($after: Step, $before: Step, makeCursors: MakeCursorText) {
    super();
    this.#makeCursors = makeCursors;
    this.addUnaryDependency($after);
    this.addUnaryDependency($before);
  }

  plan({ spec, memberDigests, orderSpecs }: Union): void {
    if (!Array.isArray(memberDigests) || !Array.isArray(orderSpecs))
      throw new Error('PgUnionAllStep has changed: its members are not where CursorsPlugin reads them.');
    this.#attributes = spec.attributes ?? {};
    this.#members = memberDigests;
    this.#planned = [...orderSpecs];
  }

  /** The orders are known only later, so everything that may be one is selected. */
  selectValues($union: Union): void {
    this.#selected ??= {
      attributes: new Map(
        Object.entries(this.#attributes).map(([name, { codec }]) => {
          const column = sql.identifier(String($union.select(name)));
          const value = { fragment: sql`${$union.alias}.${column}`, codec };
          return [name, $union.selectAndReturnIndex(toText(value))];
        }),
      ),
      type: $union.selectType(),
      key: $union.selectPk(),
    };
  }

  override unbatchedExecute(_extra: unknown, after: unknown, before: unknown): Apply {
    return (builder) => {
      if (builder.mode === 'aggregate') return;
      const specs = [...this.#planned, ...(recordedOrders(builder).orders as UnionSpec[])];
      const cursors = this.#makeCursors(this.#describe(specs));
      for (const [side, cursor] of [
        ['after', after],
        ['before', before],
      ] as const)
        if (cursor != null) this.#limit(builder, specs, cursors.read(cursor, side), side);
      if (!this.#selected) return;
      const { attributes, type, key } = this.#selected;
      const indexes = [...specs.map(({ attribute }) => attributes.get(attribute) as number), type, key];
      builder.setMeta(CURSOR_DETAILS, { cursors, indexes, isNumber: false } satisfies CursorDetails);
    };
  }

  #describe(specs: readonly UnionSpec[]): string {
    const types = this.#members.map(({ member }) => member.typeName);
    return JSON.stringify([
      'union',
      types,
      ...specs.map(({ attribute, direction }) => [attribute, direction]),
    ]);
  }

  #limit(
    builder: PgUnionAllQueryBuilder,
    specs: readonly UnionSpec[],
    values: readonly unknown[],
    side: 'after' | 'before',
  ): void {
    const texts = values as (string | null)[];
    const conditions = this.#members.map((member) => {
      const orders = specs.map((spec): Order => {
        const { codec } = this.#attributes[spec.attribute] as { codec: PgCodec };
        return { ...toOrder(spec, member.alias, member.finalResource), codec };
      });
      const [type, key] = texts.slice(specs.length) as [string, string];
      const common = texts.slice(0, specs.length);
      return type === member.member.typeName
        ? seek([...orders, ...keyOrders(member)], [...common, ...(JSON.parse(key) as string[])], side)
        : seek([...orders, typeOrder(member)], [...common, type], side);
    });
    // It is called once for each member, in their order.
    let index = 0;
    builder.where({
      type: 'attribute',
      attribute: Object.keys(this.#attributes)[0] as string,
      callback: () => conditions[index++] as SQL,
    });
  }
}

const ASCENDING = { isNullable: false, isAscending: true, isNullsFirst: false };

const typeOrder = ({ member }: Member): Order => ({
  fragment: sql`${sql.literal(member.typeName)}::text`,
  codec: TYPES.text,
  ...ASCENDING,
});

const keyOrders = ({ alias, finalResource }: Member): Order[] =>
  (finalResource.uniques.find(({ isPrimary }) => isPrimary)?.attributes ?? []).map((attribute) => ({
    ...toOrder({ attribute, direction: 'ASC' }, alias, finalResource),
    ...ASCENDING,
  }));
