import { describe, expect, it } from '@jest/globals';
import { Kind, type OperationDefinitionNode, parse } from 'graphql';
import { type CachedPlans, makePlanCache } from '../../src/graphile/plugins/bounded-plans.ts';
import { useServer } from '../helpers/server.ts';

const FRAGMENT = 'fragment F on T { a b c }';
function read(text: string): [OperationDefinitionNode, CachedPlans] {
  const { definitions } = parse(text);
  const operation = definitions.find(({ kind }) => kind === Kind.OPERATION_DEFINITION);
  const fragments = definitions.filter((definition) => definition.kind === Kind.FRAGMENT_DEFINITION);
  return [
    operation as OperationDefinitionNode,
    {
      fragments: Object.fromEntries(fragments.map((fragment) => [fragment.name.value, fragment])),
      possibleOperationPlans: { next: null },
    },
  ];
}

describe('the memory of plans', () => {
  const server = useServer();

  it('is the one that grafast asks', async () => {
    const { extensions } = await server.schema();
    const symbols = Object.getOwnPropertySymbols(extensions.grafast);
    const caches = symbols.map((symbol) => (extensions.grafast as Record<symbol, unknown>)[symbol]);
    const own = caches.find((cache) => 'size' in (cache as object)) as ReturnType<typeof makePlanCache>;
    expect(own.size).toBe(0);
    const client = server.client();
    await client.graphql('query ($a: Boolean!) { currentUser { username name @include(if: $a) } }', {
      a: true,
    });
    const once = own.size;
    expect(once).toBeGreaterThan(100);
    await client.graphql('query ($a: Boolean!) { currentUser { username name @include(if: $a) } }', {
      a: true,
    });
    expect(own.size).toBe(once);
  });

  it('cannot hold more than it may, however large the documents are, and drops what was used longest ago', () => {
    const cache = makePlanCache({ max: 500, maxSize: 1_000 });
    const documents = Array.from({ length: 20 }, (_, i) => read(`{ a${i}: a { b c d e ...F } } ${FRAGMENT}`));
    for (const [operation, plans] of documents) {
      cache.set(operation, plans);
      expect(cache.get(operation)).toBe(plans);
    }
    // 100 kB and 14 for each of 8 fields.
    expect(cache.size).toBe(4 * 212);
    expect(documents.map(([operation]) => cache.get(operation) !== undefined)).toEqual([
      ...Array(16).fill(false),
      ...Array(4).fill(true),
    ]);
  });

  it('counts each plan of an operation that has several', () => {
    const cache = makePlanCache({ max: 500, maxSize: 1_000 });
    const [operation, plans] = read('{ a }');
    cache.set(operation, plans);
    expect(cache.size).toBe(114);
    plans.possibleOperationPlans = { next: plans.possibleOperationPlans };
    cache.get(operation);
    expect(cache.size).toBe(2 * 114);
  });
});
