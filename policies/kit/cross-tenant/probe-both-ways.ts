import pg from 'pg';
import { becomeNobody } from '../actor.ts';
import type { Row } from '../insert-row.ts';
import type { KitDatabase } from '../use-database.ts';
import { worst } from './attempt.ts';
import type { OwnedTable } from './owned-tables.ts';
import { type CommandOutcomes, probeTable, type Tenant, type TextRow } from './probe-table.ts';

type Setting = { usersTable: string; role: string; users: [Tenant, Tenant]; values: Row };

/**
 * Makes a row of each user, and lets each try to get at the other's.
 *
 * @throws Error when no row could be made
 */
export async function probeBothWays(
  db: KitDatabase,
  owned: OwnedTable,
  { usersTable, role, users: [one, other], values }: Setting,
): Promise<CommandOutcomes> {
  const make = (user: Tenant) => rowOf(db, owned, usersTable, user, values);
  const rows = [await make(one), await make(other)] as const;
  const probe = { ...owned, root: db.root, role, transaction: db.transaction };
  const there = await probeTable({ ...probe, intruder: one, ownRow: rows[0], victim: other, row: rows[1] });
  const back = await probeTable({ ...probe, intruder: other, ownRow: rows[1], victim: one, row: rows[0] });
  return {
    select: worst([there.select, back.select]),
    insert: worst([there.insert, back.insert]),
    update: worst([there.update, back.update]),
    reassign: worst([there.reassign, back.reassign]),
    delete: worst([there.delete, back.delete]),
  };
}

/** The row that the user has already, as it comes with an account, or a new one. */
async function rowOf(
  db: KitDatabase,
  owned: OwnedTable,
  usersTable: string,
  user: Tenant,
  values: Row,
): Promise<TextRow> {
  const { table, ownerColumn, userColumns } = owned;
  const find = () =>
    db.transaction.as(becomeNobody, async (client) => {
      const { rows } = await client.query<TextRow>({
        text: `select * from ${table} where ${pg.escapeIdentifier(ownerColumn)}::text = $1 limit 1`,
        values: [user.id],
        // As text, so that every value can be sent back as it came.
        types: { getTypeParser: () => (value: string) => value },
      });
      return rows[0];
    });
  const existing = await find();
  if (existing) return existing;
  const own = Object.fromEntries([...userColumns, ownerColumn].map((name) => [name, user.id]));
  await db.insertRow(table, { ...own, ...values }, { [usersTable]: user.id });
  const made = await find();
  if (!made) throw new Error(`a new row of ${table} does not keep ${ownerColumn}`);
  return made;
}
