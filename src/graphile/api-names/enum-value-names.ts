import { spelledOut, TakenNames } from './taken-names.ts';

/** Names that GraphQL reserves for its own values. */
const RESERVED = ['true', 'false', 'null'];
const NAME = /^[A-Za-z]\w*$|^_(?!_)\w*$/;

/**
 * The GraphQL values for the labels of an enum. A label that is a GraphQL name is its own value. Of another label,
 * characters that no name may hold become `_`; what then is no name yet, or is taken, gets `_` in front or a number behind.
 *
 * @param inflect PostGraphile's name for a label, such as `GREATER_THAN` for `>`
 * @param labels in the order of the enum, which decides who gets the number
 */
export function nameEnumValues(
  labels: readonly string[],
  inflect: (label: string) => string = (label) => label,
): ReadonlyMap<string, string> {
  const isExact = (label: string) => NAME.test(label) && !RESERVED.includes(label);
  const taken = new TakenNames([...RESERVED, ...labels.filter(isExact)]);
  return new Map(
    labels.map((label) => {
      if (isExact(label)) return [label, label];
      const wish = RESERVED.includes(label) ? `_${label}` : toName(label, inflect);
      return [label, taken.takeFree(wish, (number) => wish + number)];
    }),
  );
}

function toName(label: string, inflect: (label: string) => string): string {
  // The inflector looks names up in an object, where it would find `constructor`; these need no inflector.
  const inflected = /^\w+$/.test(label) ? label : inflect(label);
  const name = inflected
    .replace(/\W+/g, '_')
    .replace(/^_+(?=.)/, '_')
    .replace(/^(?=\d)/, '_');
  return /[A-Za-z0-9]/.test(name) ? name : spelledOut(label);
}
