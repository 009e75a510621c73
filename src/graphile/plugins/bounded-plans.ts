import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { type FragmentDefinitionNode, Kind, type OperationDefinitionNode } from 'graphql';
import { LRUCache } from 'lru-cache';
import { measureDocument } from '../../query-limits/measure-document.ts';

/**
 * Kilobytes that a process keeps plans in, and how many operations. A plan was measured to take about 100 kB, and 13.5 more
 * for each field: 320 kB for a list of an ordinary screen, 6.7 MB at the limits of a document. So 500 of those, which is
 * grafast's own bound, would be 3 GB, and an application's 300 documents of 20 fields are 114 MB. What is dropped is
 * planned again, in 10 to 200 ms.
 */
const MEMORY = { max: 500, maxSize: 150_000 };
const PER_PLAN = 100;
const PER_FIELD = 14;

/** What grafast keeps for an operation: one plan for each kind of variables that it has to plan differently for. */
export type CachedPlans = {
  fragments: Record<string, FragmentDefinitionNode>;
  possibleOperationPlans: Link | null;
};
type Link = { next: Link | null };
type Entry = { plans: CachedPlans; count: number };

/** The name under which grafast looks for its memory of plans; it is not among what grafast exports. */
const require = createRequire(createRequire(import.meta.url).resolve('postgraphile'));
const { $$cacheByOperation } = require(join(dirname(require.resolve('grafast')), 'constants.js')) as {
  $$cacheByOperation: symbol;
};

/** Keeps the plans of operations by how much memory they take; grafast itself counts operations alone. */
export const BoundedPlansPlugin: GraphileConfig.Plugin = {
  name: 'BoundedPlansPlugin',
  version: '1.0.0',
  schema: {
    hooks: {
      finalize(schema) {
        const grafast = { ...schema.extensions.grafast, [$$cacheByOperation]: makePlanCache() };
        Object.assign(schema.extensions, { grafast });
        return schema;
      },
    },
  },
};

/** The two functions that grafast needs. @param memory how many operations, and kilobytes, are kept at the most */
export function makePlanCache(memory = MEMORY) {
  const entries = new LRUCache<OperationDefinitionNode, Entry>({
    ...memory,
    sizeCalculation: ({ plans, count }, operation) => count * sizeOf(operation, plans),
  });
  const keep = (operation: OperationDefinitionNode, plans: CachedPlans) =>
    void entries.set(operation, { plans, count: countPlans(plans) });

  return {
    get(operation: OperationDefinitionNode): CachedPlans | undefined {
      const entry = entries.get(operation);
      // grafast adds plans for other variables by itself.
      if (entry && countPlans(entry.plans) !== entry.count) keep(operation, entry.plans);
      return entry?.plans;
    },
    set: keep,
    /** Kilobytes, as estimated. */
    get size(): number {
      return entries.calculatedSize;
    },
  };
}

/** Kilobytes of one plan. */
function sizeOf(operation: OperationDefinitionNode, { fragments }: CachedPlans): number {
  const definitions = [operation, ...Object.values(fragments)];
  // Pages have no influence on it.
  const { fields } = measureDocument({ kind: Kind.DOCUMENT, definitions }, { defaultPageSize: 1 });
  return PER_PLAN + PER_FIELD * fields;
}

function countPlans({ possibleOperationPlans }: CachedPlans): number {
  let count = 0;
  for (let link = possibleOperationPlans; link; link = link.next) count++;
  return count;
}
