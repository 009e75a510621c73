import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  Kind,
  type SelectionSetNode,
  type ValueNode,
} from 'graphql';

/** What a document asks for, with its fragments expanded. */
export type DocumentSize = {
  depth: number;
  /** The same below `__schema` and `__type`, which ask for no data. */
  introspectionDepth: number;
  fields: number;
  aliases: number;
  directives: number;
  /** Lists and objects within each other, in arguments. */
  valueDepth: number;
  /** The largest page asked for. */
  pageSize: number;
  /** The largest product of the sizes of pages within pages. */
  rows: number;
  /** The variables that give sizes of pages. */
  pageVariables: ReadonlySet<string>;
};

/** What a selection set asks for. `pageRows` lie below `nodes` or `edges`, so they are multiplied by their page's size. */
type Part = Pick<
  DocumentSize,
  'depth' | 'introspectionDepth' | 'fields' | 'aliases' | 'directives' | 'rows'
> & {
  pageRows: number;
};

const nothing = (): Part => ({
  depth: 0,
  introspectionDepth: 0,
  fields: 0,
  aliases: 0,
  directives: 0,
  rows: 1,
  pageRows: 0,
});

/** A fragment that spreads itself has no size. */
export class FragmentCycle extends Error {
  constructor(name: string) {
    super(`Cannot spread fragment "${name}" within itself.`);
  }
}

/**
 * Measures a document in one pass: each fragment once, however often it is spread, so the time depends on the length of
 * the text and not on what it expands to. Nothing need be known of the schema, as a page is what has `first` or `last`,
 * `nodes` or `edges`. `variables` give the sizes of pages that are variables.
 *
 * @throws FragmentCycle
 */
export function measureDocument(
  document: DocumentNode,
  { defaultPageSize, variables = {} }: { defaultPageSize: number; variables?: Record<string, unknown> },
): DocumentSize {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions)
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  const defaults = largestDefaults(document, defaultPageSize);

  const parts = new Map<string, Part | 'in progress'>();
  const pageVariables = new Set<string>();
  let pageSize = 0;
  let valueDepth = 0;

  function measureFragment(name: string): Part {
    const known = parts.get(name);
    if (known === 'in progress') throw new FragmentCycle(name);
    if (known) return known;
    parts.set(name, 'in progress');
    const fragment = fragments.get(name);
    const part = fragment ? measureSelections(fragment.selectionSet) : nothing();
    part.directives += fragment?.directives?.length ?? 0;
    parts.set(name, part);
    return part;
  }

  function measureSelections({ selections }: SelectionSetNode): Part {
    const sum = nothing();
    for (const selection of selections) {
      sum.directives += selection.directives?.length ?? 0;
      if (selection.kind === Kind.FIELD) add(sum, measureField(selection));
      else if (selection.kind === Kind.FRAGMENT_SPREAD) add(sum, measureFragment(selection.name.value));
      else add(sum, measureSelections(selection.selectionSet));
    }
    return sum;
  }

  function measureField(field: FieldNode): Part {
    const name = field.name.value;
    const part = field.selectionSet ? measureSelections(field.selectionSet) : nothing();
    part.fields += 1;
    if (field.alias) part.aliases += 1;
    if (name === '__schema' || name === '__type') {
      part.introspectionDepth = part.depth;
      part.depth = 0;
    }
    part.depth += 1;

    const size = pageSizeOf(field);
    const rows =
      size === null
        ? Math.max(part.rows, part.pageRows * defaultPageSize)
        : Math.max(part.rows, part.pageRows) * size;
    const isOfPage = name === 'nodes' || name === 'edges';
    part.rows = isOfPage ? 1 : rows;
    part.pageRows = isOfPage ? rows : 0;
    return part;
  }

  /** What `first` or `last` ask for; null without either, or when they are not numbers, which is answered later. */
  function pageSizeOf(field: FieldNode): number | null {
    let size: number | null = null;
    for (const argument of field.arguments ?? []) {
      valueDepth = Math.max(valueDepth, depthOf(argument.value));
      if (argument.name.value !== 'first' && argument.name.value !== 'last') continue;
      const value = numberOf(argument.value);
      if (value !== null) size = Math.max(size ?? 1, value);
    }
    if (size !== null) pageSize = Math.max(pageSize, size);
    return size;
  }

  function numberOf(value: ValueNode): number | null {
    if (value.kind === Kind.INT) return Number(value.value);
    if (value.kind !== Kind.VARIABLE) return null;
    const name = value.name.value;
    pageVariables.add(name);
    const given = Object.hasOwn(variables, name) ? variables[name] : undefined;
    if (given === undefined) return defaults.get(name) ?? null;
    return typeof given === 'number' ? given : null;
  }

  const whole = nothing();
  for (const definition of document.definitions) {
    if (definition.kind !== Kind.OPERATION_DEFINITION) continue;
    whole.directives += definition.directives?.length ?? 0;
    add(whole, measureSelections(definition.selectionSet));
  }
  // One that no operation spreads is validated too, which takes its time.
  for (const name of fragments.keys()) if (!parts.has(name)) add(whole, measureFragment(name));
  return { ...whole, valueDepth, pageSize, pageVariables };
}

function depthOf(value: ValueNode): number {
  const parts =
    value.kind === Kind.LIST
      ? value.values
      : value.kind === Kind.OBJECT
        ? value.fields.map((field) => field.value)
        : null;
  return parts ? parts.reduce((deepest, part) => Math.max(deepest, depthOf(part)), 0) + 1 : 0;
}

/** The default of each variable that has one. Operations may differ in it: the largest, as any of them may be the one that runs. */
function largestDefaults({ definitions }: DocumentNode, defaultPageSize: number): Map<string, number> {
  const all = new Map<string, (number | null)[]>();
  for (const definition of definitions) {
    if (definition.kind !== Kind.OPERATION_DEFINITION) continue;
    for (const { variable, defaultValue } of definition.variableDefinitions ?? []) {
      const value = defaultValue?.kind === Kind.INT ? Number(defaultValue.value) : null;
      all.set(variable.name.value, [...(all.get(variable.name.value) ?? []), value]);
    }
  }
  const numbers = [...all].filter(([, values]) => values.some((value) => value !== null));
  return new Map(
    numbers.map(([name, values]) => [name, Math.max(...values.map((value) => value ?? defaultPageSize))]),
  );
}

function add(sum: Part, part: Part): void {
  sum.fields += part.fields;
  sum.aliases += part.aliases;
  sum.directives += part.directives;
  sum.depth = Math.max(sum.depth, part.depth);
  sum.introspectionDepth = Math.max(sum.introspectionDepth, part.introspectionDepth);
  sum.rows = Math.max(sum.rows, part.rows);
  sum.pageRows = Math.max(sum.pageRows, part.pageRows);
}
