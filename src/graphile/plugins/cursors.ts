import type { PgCodec } from 'postgraphile/@dataplan/pg';
import type { FieldArgs, FieldInfo, Step } from 'postgraphile/grafast';
import { makeCursorTexts } from '../cursors/cursor-text.ts';
import { hasOrder } from '../cursors/order-values.ts';
import { planPages } from '../cursors/plan-pages.ts';

type Scope = { isPgFieldConnection?: boolean; isPgFieldSimpleCollection?: boolean; argName?: string };

/**
 * Replaces how @dataplan/pg 1.1 pages by cursors. Its own cursors lose or repeat rows where an order holds nulls, ties of a
 * unique key among them, and fail for types whose values it writes otherwise than PostgreSQL reads them
 * (docs/upstream/cursors.md). Everything else of its paging stays.
 *
 * @param secrets newest first: the first signs cursors, all verify them
 */
export function makeCursorsPlugin(secrets: readonly string[]): GraphileConfig.Plugin {
  const makeCursors = makeCursorTexts(secrets);
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
          const { isPgFieldConnection, isPgFieldSimpleCollection } = scope as Scope;
          if ((!isPgFieldConnection && !isPgFieldSimpleCollection) || !plan) return field;
          return {
            ...field,
            plan($source: Step, args: FieldArgs, info: FieldInfo) {
              return planPages(() => plan($source, args, info), args, makeCursors);
            },
          };
        },
      },
    },
  };
}
