import type { ClientBase } from 'pg';

/**
 * Everything that changes how PostgreSQL prints a catalogue. With only `pg_catalog` on the search path every
 * other name is qualified. (JIT changes nothing, but compiling these queries takes longer than running them.)
 */
const settings = `
  set local search_path to pg_catalog, pg_temp;
  set local quote_all_identifiers to off;
  set local datestyle to 'ISO, MDY';
  set local intervalstyle to postgres;
  set local timezone to 'UTC';
  set local bytea_output to hex;
  set local extra_float_digits to 1;
  set local lc_monetary to 'C';
  set local jit to off;
`;

/**
 * Runs `read` with settings of its own and leaves the client as it was. A transaction that is already open is kept
 * open: there the settings end with a savepoint.
 */
export async function withPinnedSettings<T>(client: ClientBase, read: () => Promise<T>): Promise<T> {
  const nested = client.getTransactionStatus() === 'T';
  const end = nested
    ? 'rollback to savepoint pinned_settings; release savepoint pinned_settings'
    : 'rollback';
  const begin = nested ? 'savepoint pinned_settings' : 'begin read only';
  await client.query(`${begin};${settings}`);
  try {
    return await read();
  } finally {
    await client.query(end);
  }
}
