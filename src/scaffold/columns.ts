import { StartError } from '../errors.ts';

export type NewColumn = {
  name: string;
  type: string;
  isRequired: boolean;
  /** A value of it, in SQL, for a test. */
  example: string;
};

/** Types to choose from, with an example of each. Any other is written by hand. */
const TYPES: Record<string, string> = {
  text: `'some text'`,
  integer: '1',
  bigint: '1',
  numeric: '1.5',
  boolean: 'true',
  date: `'2030-01-31'`,
  timestamptz: `'2030-01-31T12:00:00Z'`,
  uuid: 'gen_random_uuid()',
  jsonb: `'{}'`,
};
/** What every table has; `row_id` is what the API calls the key. */
const TAKEN = ['id', 'row_id', 'user_id', 'created_at', 'updated_at'];

/** The names of tables and columns: what needs no quotes, and is read in one way. */
export const SNAKE_CASE = /^[a-z][a-z0-9]*(_[a-z0-9]+)*$/;

/**
 * Reads columns as the command takes them: `title:text! body:text`, of which those with `!` are required.
 *
 * @throws StartError `INVALID_INPUT`
 */
export function readColumns(text: string, isReserved: (name: string) => boolean): NewColumn[] {
  const columns = text
    .split(/[\s,]+/)
    .filter(Boolean)
    .map((part) => readColumn(part, isReserved));
  const names = columns.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice) throw refusal(`The column ${twice} is named twice.`);
  if (columns.length === 0) throw refusal('Name at least one column: --columns "title:text! body:text".');
  return columns;
}

function readColumn(part: string, isReserved: (name: string) => boolean): NewColumn {
  const [, name, type, mark] = /^([^:]+):([^:!]+)(!?)$/.exec(part) ?? [];
  if (!name || !type)
    throw refusal(`${part} is not of the form name:type or, where it is required, name:type!`);
  if (!SNAKE_CASE.test(name) || name.length > 40)
    throw refusal(`${name} must be snake_case (a-z, 0-9 and _), and at most 40 characters.`);
  if (TAKEN.includes(name)) throw refusal(`Every table has the column ${name} already.`);
  if (isReserved(name)) throw refusal(`${name} is a word of SQL; choose another name.`);
  const example = TYPES[type];
  if (!Object.hasOwn(TYPES, type) || !example)
    throw refusal(
      `${type} is none of ${Object.keys(TYPES).join(', ')}; write such a column into current.sql.`,
    );
  return { name, type, isRequired: mark === '!', example };
}

const refusal = (message: string) => new StartError('INVALID_INPUT', message);
