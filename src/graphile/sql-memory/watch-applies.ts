import { type GraphQLSchema, isEnumType, isInputObjectType } from 'graphql';
import type { PgRegistry } from 'postgraphile/@dataplan/pg';
import { isKnown } from './known-functions.ts';

type Apply = (this: unknown, ...args: unknown[]) => unknown;
/** A field of an input type, or a value of an enum. */
type Holder = { extensions: { grafast?: { apply?: Apply } } };

const watched = new WeakSet<GraphQLSchema>();
let runs = 0;

/** How many functions have run, while SQL was built, of which nothing is known. */
export const countUnknownRuns = (): number => runs;

/** Counts the runs of functions that plugins have added to filters, conditions and orders. */
export function watchApplies(schema: GraphQLSchema): void {
  if (watched.has(schema)) return;
  watched.add(schema);
  for (const type of Object.values(schema.getTypeMap())) {
    if (isInputObjectType(type)) for (const field of Object.values(type.getFields())) watch(field as Holder);
    if (isEnumType(type)) for (const value of type.getValues()) watch(value as Holder);
  }
}

function watch(holder: Holder): void {
  const { grafast } = holder.extensions;
  const apply = grafast?.apply;
  if (typeof apply !== 'function' || isKnown(apply)) return;
  const counted: Apply = function (...args) {
    runs++;
    return apply.apply(this, args);
  };
  holder.extensions = { ...holder.extensions, grafast: { ...grafast, apply: counted } };
}

const judged = new WeakMap<PgRegistry, boolean>();

/** Whether all SQL that a registry itself has functions for – of database functions, and of attributes – is known. */
export function isKnownRegistry(registry: PgRegistry): boolean {
  const known = judged.get(registry);
  if (known !== undefined) return known;
  const functions = [
    ...Object.values(registry.pgResources).map(({ from }) => from),
    ...Object.values(registry.pgCodecs).flatMap(({ attributes }) =>
      Object.values(attributes ?? {}).map((attribute) => (attribute as { expression?: unknown }).expression),
    ),
  ];
  const result = functions.every((each) => typeof each !== 'function' || isKnown(each));
  judged.set(registry, result);
  return result;
}
