import type { Actor } from './actors.ts';

/** The columns of a table, in their order. */
export function columnsOf(table: string, owner: Actor): Promise<string[]> {
  return owner.value<string[]>(
    `select array_agg(attname::text order by attnum) from pg_attribute
     where attrelid = $1::regclass and attnum > 0 and not attisdropped`,
    [table],
  );
}
