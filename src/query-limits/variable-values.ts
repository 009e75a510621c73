import { type DocumentNode, Kind, type ValueNode } from 'graphql';

/**
 * What arguments hold, in sizes: of the variables of a request where they are given, else of their defaults. Operations may
 * differ in a default: the largest counts, as any of them may be the one that runs.
 */
export class VariableValues {
  /** The variables that arguments use. */
  readonly used = new Set<string>();
  /** Those of them that were asked for a number. */
  readonly usedAsNumber = new Set<string>();
  /** Entries in the defaults of all variables: they are validated, used or not. */
  readonly entriesOfDefaults: number = 0;
  /** Lists and objects within each other, in defaults. */
  readonly depthOfDefaults: number = 0;
  readonly #given: Record<string, unknown>;
  readonly #defaultNumbers = new Map<string, number>();
  readonly #defaultEntries = new Map<string, number>();
  readonly #givenEntries = new Map<string, number>();

  constructor(
    { definitions }: DocumentNode,
    given: Record<string, unknown> | null | undefined,
    defaultPageSize: number,
  ) {
    this.#given = given ?? {};
    const numbers = new Map<string, (number | null)[]>();
    for (const definition of definitions) {
      if (definition.kind !== Kind.OPERATION_DEFINITION) continue;
      for (const { variable, defaultValue } of definition.variableDefinitions ?? []) {
        const name = variable.name.value;
        const number = defaultValue?.kind === Kind.INT ? Number(defaultValue.value) : null;
        numbers.set(name, [...(numbers.get(name) ?? []), number]);
        if (!defaultValue) continue;
        const entries = this.entriesOf(defaultValue);
        this.entriesOfDefaults += entries;
        this.depthOfDefaults = Math.max(this.depthOfDefaults, depthOf(defaultValue));
        this.#defaultEntries.set(name, Math.max(this.#defaultEntries.get(name) ?? 0, entries));
      }
    }
    for (const [name, values] of numbers)
      if (values.some((value) => value !== null))
        this.#defaultNumbers.set(name, Math.max(...values.map((value) => value ?? defaultPageSize)));
  }

  /** The number that a value is; null if it is none. */
  numberOf(value: ValueNode): number | null {
    if (value.kind === Kind.INT) return Number(value.value);
    if (value.kind !== Kind.VARIABLE) return null;
    const name = value.name.value;
    this.usedAsNumber.add(name);
    const given = this.#valueOf(name);
    if (given === undefined) return this.#defaultNumbers.get(name) ?? null;
    return typeof given === 'number' ? given : null;
  }

  /** Entries of lists and objects, those of variables among them: each use of a variable becomes SQL of its own. */
  entriesOf(value: ValueNode): number {
    switch (value.kind) {
      case Kind.LIST:
        return value.values.reduce((sum, entry) => sum + this.entriesOf(entry), value.values.length);
      case Kind.OBJECT:
        return value.fields.reduce((sum, field) => sum + this.entriesOf(field.value), value.fields.length);
      case Kind.VARIABLE:
        return this.#entriesOfVariable(value.name.value);
      default:
        return 0;
    }
  }

  #entriesOfVariable(name: string): number {
    this.used.add(name);
    const given = this.#valueOf(name);
    if (given === undefined) return this.#defaultEntries.get(name) ?? 0;
    const entries = this.#givenEntries.get(name) ?? countEntries(given);
    this.#givenEntries.set(name, entries);
    return entries;
  }

  #valueOf(name: string): unknown {
    return Object.hasOwn(this.#given, name) ? this.#given[name] : undefined;
  }
}

/** Entries of lists and objects within each other. Without recursion: it is asked about any depth. */
export function countEntries(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  const open: object[] = [value];
  let count = 0;
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const entries: unknown[] = Array.isArray(next) ? next : Object.values(next);
    count += entries.length;
    for (const entry of entries) if (typeof entry === 'object' && entry !== null) open.push(entry);
  }
  return count;
}

/** Lists and objects within each other. */
export function depthOf(value: ValueNode): number {
  const parts =
    value.kind === Kind.LIST
      ? value.values
      : value.kind === Kind.OBJECT
        ? value.fields.map((field) => field.value)
        : null;
  return parts ? parts.reduce((deepest, part) => Math.max(deepest, depthOf(part)), 0) + 1 : 0;
}
