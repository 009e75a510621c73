import pg from 'pg';
import { type ForeignKey, readTableShape, type TableShape } from './table-shape.ts';
import { valueCandidates } from './value-candidates.ts';

// biome-ignore lint/suspicious/noExplicitAny: a row is what the table holds
export type Row = Record<string, any>;
/** Rows to refer to, by table: their key, in place of a new row. */
export type References = Record<string, string>;

/** Further than this, tables refer to one another in a circle. */
const MAX_DEPTH = 8;
/** More than any sensible table needs; without it, a check that no value satisfies would be tried forever. */
const MAX_ATTEMPTS = 60;
const NOT_NULL_VIOLATION = '23502';
const CHECK_VIOLATION = '23514';

/**
 * Inserts a row and returns it. Columns that are required and not given are filled from the catalogue: a row of the table
 * a foreign key refers to, else a value of the type; when a check constraint refuses it, the next kind of value.
 *
 * @param table as SQL names it, with its schema
 * @throws Error naming the columns to give by hand, where no value satisfies a constraint
 */
export async function insertRow<R extends Row = Row>(
  client: pg.Client,
  table: string,
  overrides: Row = {},
  references: References = {},
  depth = 0,
): Promise<R> {
  if (depth > MAX_DEPTH)
    throw new Error(`insertRow: ${table} refers to itself through required columns; give them.`);
  const shape = await readTableShape(client, table);
  const values: Row = { ...overrides };
  const candidates = new Map(shape.columns.map((column) => [column.name, valueCandidates(column)]));
  const refersTo = (name: string) => shape.foreignKeys.find(({ columns }) => columns.includes(name));

  /** Fills a column, or gives it another value. @returns whether there was one */
  const fill = async (name: string): Promise<boolean> => {
    if (name in overrides) return false;
    const key = refersTo(name);
    if (key) {
      if (name in values) return false;
      await fillKey(client, key, values, references, depth);
      return true;
    }
    const value = candidates.get(name)?.shift();
    if (value !== undefined) values[name] = value;
    return value !== undefined;
  };
  const fillAny = async (names: string[]): Promise<boolean> => {
    for (const name of names) if (await fill(name)) return true;
    return false;
  };

  for (const { name, isRequired } of shape.columns) if (isRequired && !(name in values)) await fill(name);
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    try {
      return await tryInsert<R>(client, table, values);
    } catch (error) {
      const columns = error instanceof pg.DatabaseError ? toChange(shape, error) : [];
      if (columns.length === 0) throw error;
      if (!(await fillAny(columns))) throw helpless(table, columns, error as Error);
    }
  }
  throw new Error(`insertRow: ${table} refused ${MAX_ATTEMPTS} rows; give the columns that its checks read.`);
}

/** The columns whose values could mend the error. */
function toChange({ checks, columns }: TableShape, { code, constraint, column }: pg.DatabaseError): string[] {
  // A default may be null for the one who inserts here.
  if (code === NOT_NULL_VIOLATION && column) return [column];
  if (code !== CHECK_VIOLATION) return [];
  // A domain's check names no column.
  return checks[constraint ?? ''] ?? columns.filter(({ isRequired }) => isRequired).map(({ name }) => name);
}

async function fillKey(
  client: pg.Client,
  key: ForeignKey,
  values: Row,
  references: References,
  depth: number,
): Promise<void> {
  const reference = references[key.table];
  if (reference !== undefined && key.columns.length === 1) {
    values[key.columns[0] as string] = reference;
    return;
  }
  // A key of several columns shares some with what is given: the parent must hold the same.
  const pairs = key.columns.map((name, index) => [name, key.referenced[index] as string] as const);
  const shared = Object.fromEntries(
    pairs.filter(([name]) => name in values).map(([name, referenced]) => [referenced, values[name]]),
  );
  const parent = await insertRow(client, key.table, shared, references, depth + 1);
  for (const [name, referenced] of pairs) values[name] = parent[referenced];
}

async function tryInsert<R extends Row>(client: pg.Client, table: string, values: Row): Promise<R> {
  const names = Object.keys(values);
  const columns = names.map((name) => client.escapeIdentifier(name)).join(', ');
  const parameters = names.map((_, index) => `$${index + 1}`).join(', ');
  const given = names.length === 0 ? 'default values' : `(${columns}) values (${parameters})`;
  await client.query('savepoint insert_row');
  try {
    const { rows } = await client.query<R>(
      `insert into ${table} ${given} returning *`,
      Object.values(values),
    );
    await client.query('release savepoint insert_row');
    return rows[0] as R;
  } catch (error) {
    await client.query('rollback to savepoint insert_row');
    throw error;
  }
}

const helpless = (table: string, columns: string[], cause: Error): Error =>
  new Error(`insertRow: no value I know satisfies ${table}; give ${columns.join(', ')} (${cause.message})`, {
    cause,
  });
