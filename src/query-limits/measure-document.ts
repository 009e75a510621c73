import {
  type ArgumentNode,
  type DirectiveNode,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  Kind,
  type SelectionSetNode,
} from 'graphql';
import { depthOf, VariableValues } from './variable-values.ts';

/** What a document asks for, with its fragments expanded. */
export type DocumentSize = {
  depth: number;
  /** The same below `__schema` and `__type`, which ask for no data. */
  introspectionDepth: number;
  /** Fields, and entries of lists and objects in arguments. */
  fields: number;
  aliases: number;
  directives: number;
  /** Lists and objects within each other, in arguments. */
  valueDepth: number;
  /** The largest page asked for. */
  pageSize: number;
  /** The sizes of pages within pages, multiplied, and summed over pages beside each other. */
  rows: number;
  /** The single values of all rows: a field of a page counts once for each row. */
  values: number;
  /** The variables that give sizes of pages. */
  pageVariables: ReadonlySet<string>;
  /** All variables that arguments use. */
  variables: ReadonlySet<string>;
};

/** What a selection set asks for. What lies below `nodes` or `edges` is multiplied by the size of their page. */
type Part = Pick<
  DocumentSize,
  'depth' | 'introspectionDepth' | 'fields' | 'aliases' | 'directives' | 'rows' | 'values'
> & {
  /** Rows and values for each row of the page. */
  pageRows: number;
  pageValues: number;
};

const nothing = (): Part => ({
  depth: 0,
  introspectionDepth: 0,
  fields: 0,
  aliases: 0,
  directives: 0,
  rows: 0,
  values: 0,
  pageRows: 0,
  pageValues: 0,
});

/** What is known beside the text of a document. */
export type Circumstances = {
  /** Rows of a page or list for which no size is given. */
  defaultPageSize: number;
  /** The variables of the request. */
  variables?: Record<string, unknown> | null | undefined;
  /** Names of fields that are lists of objects, in whichever type. */
  listFields?: ReadonlySet<string>;
};

/** A fragment that spreads itself has no size. */
export class FragmentCycle extends Error {
  constructor(name: string) {
    super(`Cannot spread fragment "${name}" within itself.`);
  }
}

const NO_FIELDS: ReadonlySet<string> = new Set();

/**
 * Measures a document in one pass: each fragment once, however often it is spread, so the time depends on the length of
 * the text and not on what it expands to. A page is what has `first` or `last`, `nodes` or `edges`.
 *
 * @throws FragmentCycle
 */
export function measureDocument(
  document: DocumentNode,
  { defaultPageSize, variables, listFields = NO_FIELDS }: Circumstances,
): DocumentSize {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions)
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  const values = new VariableValues(document, variables, defaultPageSize);

  const parts = new Map<string, Part | 'in progress'>();
  let pageSize = 0;
  let valueDepth = 0;

  function measureFragment(name: string): Part {
    const known = parts.get(name);
    if (known === 'in progress') throw new FragmentCycle(name);
    if (known) return known;
    parts.set(name, 'in progress');
    const fragment = fragments.get(name);
    const part = fragment ? measureSelections(fragment.selectionSet) : nothing();
    if (fragment) countDirectives(part, fragment.directives);
    parts.set(name, part);
    return part;
  }

  function measureSelections({ selections }: SelectionSetNode): Part {
    const sum = nothing();
    for (const selection of selections) {
      countDirectives(sum, selection.directives);
      if (selection.kind === Kind.FIELD) add(sum, measureField(selection));
      else if (selection.kind === Kind.FRAGMENT_SPREAD) add(sum, measureFragment(selection.name.value));
      else add(sum, measureSelections(selection.selectionSet));
    }
    return sum;
  }

  function countDirectives(part: Part, directives: readonly DirectiveNode[] = []): void {
    part.directives += directives.length;
    for (const directive of directives) countArguments(part, directive.arguments);
  }

  function countArguments(part: Part, args: readonly ArgumentNode[] = []): void {
    for (const { value } of args) {
      valueDepth = Math.max(valueDepth, depthOf(value));
      part.fields += values.entriesOf(value);
    }
  }

  function measureField(field: FieldNode): Part {
    const name = field.name.value;
    const part = field.selectionSet ? measureSelections(field.selectionSet) : nothing();
    part.fields += 1;
    if (!field.selectionSet) part.values += 1;
    if (field.alias) part.aliases += 1;
    countArguments(part, field.arguments);
    if (name === '__schema' || name === '__type') {
      part.introspectionDepth = part.depth;
      part.depth = 0;
      part.values = 0;
    }
    part.depth += 1;

    const size = pageSizeOf(field);
    if (name === 'nodes' || name === 'edges') {
      part.pageRows = Math.max(1, part.rows + part.pageRows * defaultPageSize);
      part.pageValues = part.values + part.pageValues * defaultPageSize;
      part.rows = 0;
      part.values = 0;
      return part;
    }
    if (part.pageRows > 0) {
      part.rows += part.pageRows * (size ?? defaultPageSize);
      part.values += part.pageValues * (size ?? defaultPageSize);
    } else if (size !== null || (field.selectionSet && listFields.has(name))) {
      part.rows = Math.max(1, part.rows) * (size ?? defaultPageSize);
      part.values *= size ?? defaultPageSize;
    }
    part.pageRows = 0;
    part.pageValues = 0;
    return part;
  }

  /** What `first` or `last` ask for; null without either, or when they are not numbers, which is answered later. */
  function pageSizeOf(field: FieldNode): number | null {
    let size: number | null = null;
    for (const argument of field.arguments ?? []) {
      if (argument.name.value !== 'first' && argument.name.value !== 'last') continue;
      const value = values.numberOf(argument.value);
      if (value !== null) size = Math.max(size ?? 1, value);
    }
    if (size !== null) pageSize = Math.max(pageSize, size);
    return size;
  }

  const whole = nothing();
  let rows = 0;
  let allValues = 0;
  for (const definition of document.definitions) {
    if (definition.kind !== Kind.OPERATION_DEFINITION) continue;
    const part = measureSelections(definition.selectionSet);
    countDirectives(part, definition.directives);
    add(whole, part);
    // Only one of the operations runs.
    rows = Math.max(rows, part.rows + part.pageRows * defaultPageSize);
    allValues = Math.max(allValues, part.values + part.pageValues * defaultPageSize);
  }
  // One that no operation spreads is validated too, which takes its time.
  for (const name of fragments.keys()) if (!parts.has(name)) add(whole, measureFragment(name));
  return {
    ...whole,
    fields: whole.fields + values.entriesOfDefaults,
    rows: Math.max(1, rows),
    values: allValues,
    valueDepth: Math.max(valueDepth, values.depthOfDefaults),
    pageSize,
    pageVariables: values.usedAsNumber,
    variables: values.used,
  };
}

function add(sum: Part, part: Part): void {
  sum.fields += part.fields;
  sum.aliases += part.aliases;
  sum.directives += part.directives;
  sum.depth = Math.max(sum.depth, part.depth);
  sum.introspectionDepth = Math.max(sum.introspectionDepth, part.introspectionDepth);
  sum.rows += part.rows;
  sum.values += part.values;
  sum.pageRows += part.pageRows;
  sum.pageValues += part.pageValues;
}
