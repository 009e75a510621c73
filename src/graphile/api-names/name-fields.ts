import type { ApiColumn, ApiFunction, ApiTable, Inflectors, Rename } from './model.ts';
import { RESERVED_COLUMN_FIELDS } from './reserved-names.ts';
import { spelledOut, TakenNames } from './taken-names.ts';

/** The end of a foreign key's column, which its field is named without. */
const KEY_SUFFIX = /(?:_row_id|_id|_uuid|_fk|_pk|RowId|Id|Uuid|UUID|Fk|Pk)$/;

/** Finds the columns, foreign keys and functions whose field in a table's type cannot have their name. */
export function renameFields(table: ApiTable, functions: ApiFunction[], inflectors: Inflectors): Rename[] {
  const taken = new TakenNames(RESERVED_COLUMN_FIELDS);
  const { camelCase } = inflectors;
  const rename = (
    object: Rename['object'],
    wish: string,
    tag: Rename['tag']['name'],
    suffixed: (number: string) => string,
  ): Rename[] => {
    const to = taken.takeFree(wish, suffixed);
    return to === wish ? [] : [{ object, from: wish, to, tag: { name: tag, value: to } }];
  };

  const ofColumns = inOrder(table.columns).flatMap((column) => {
    if (column.tags.name !== undefined) {
      taken.take(fieldOf(column.tags.name, inflectors));
      return [];
    }
    const wish = fieldOf(column.name, inflectors);
    const base = wish || spelledOut(column.name);
    return rename(column, wish, 'name', (number) => camelCase(`${base}_column${number}`));
  });
  const ofKeys = table.foreignKeys.flatMap((key) => {
    const [column, ...more] = key.columns;
    if (!column || more.length > 0 || !KEY_SUFFIX.test(column) || key.tags.fieldName !== undefined) return [];
    const base = column.replace(KEY_SUFFIX, '');
    return rename(key, camelCase(base), 'fieldName', (number) => camelCase(`${base}_by_${column}${number}`));
  });
  const ofFunctions = functions
    .filter(({ ofTable, tags }) => ofTable === table.name && tags.fieldName === undefined)
    .flatMap((own) => {
      const prefix = `${table.name}_`;
      if (!own.name.startsWith(prefix)) return [];
      const base = own.name.slice(prefix.length);
      return rename(own, camelCase(base), 'fieldName', (number) => camelCase(`${base}_function${number}`));
    });
  return [...ofColumns, ...ofKeys, ...ofFunctions];
}

/** The field of a column; PostGraphile calls `id` `rowId`, because `id` is the one of GraphQL's `Node`. */
export const fieldOf = (name: string, inflectors: Inflectors): string =>
  inflectors.camelCase(inflectors.coerceToGraphQLName(name.toLowerCase() === 'id' ? 'row_id' : name));

/** `id` keeps its name beside a column `row_id`; then come the names that are as SQL's usually are. */
const inOrder = (columns: ApiColumn[]): ApiColumn[] =>
  columns.toSorted((one, other) => rank(one) - rank(other));

const rank = ({ name }: ApiColumn): number => (name === 'id' ? 0 : /^_?[a-z][a-z0-9_]*$/.test(name) ? 1 : 2);
