import pg from 'pg';
import type { Actor } from '../actor.ts';
import type { TestTransaction } from '../test-transaction.ts';
import { attempt, type Outcome, worst } from './attempt.ts';

export type Tenant = Actor & { id: string };
/** By command; `reassign` is an update that makes a row somebody else's. */
export type CommandOutcomes = Record<'select' | 'insert' | 'update' | 'delete' | 'reassign', Outcome>;
/** A row with each value as PostgreSQL writes it. */
export type TextRow = Record<string, string | null>;

export type Probe = {
  table: string;
  ownerColumn: string;
  /** A superuser, who prepares and looks. */
  root: Actor;
  transaction: TestTransaction;
  /** What the intruder's statements run as. */
  role: string;
  intruder: Tenant;
  /** The intruder's own row. */
  ownRow: TextRow;
  victim: Tenant;
  /** The victim's row, which the intruder tries to get at. */
  row: TextRow;
};

/** Tries each command on another user's row, in the ways that a statement can get at it. */
export async function probeTable(probe: Probe): Promise<CommandOutcomes> {
  const { table, ownerColumn, root, role, intruder, ownRow, victim, row, transaction } = probe;
  const quote = pg.escapeIdentifier;
  const owner = quote(ownerColumn);
  const isVictims = `${owner}::text = $1`;
  /** Columns that can be given a value, or those the role may use in a command. */
  const columns = (command: string | null) =>
    root.value<string[]>(
      `select array(
         select attname::text from pg_attribute
         where attrelid = $1::regclass and attnum > 0 and not attisdropped
           and ($3 = 'select' or attgenerated = '' and attidentity <> 'a')
           and ($3::text is null or has_column_privilege($2, attrelid, attnum, $3))
       )`,
      [table, role, command],
    );
  const rowsOf = (user: Tenant) =>
    root.value<string>(
      `select coalesce(string_agg(ctid || ' ' || xmin, ',' order by ctid), '') from ${table} where ${isVictims}`,
      [user.id],
    );
  const before = await rowsOf(victim);

  const write = (text: string, values: unknown[], what: string) =>
    transaction.undo(() =>
      attempt(
        intruder,
        { text, values },
        async () => ((await rowsOf(victim)) === before ? null : what),
        passedThePolicy,
      ),
    );
  /** Without a condition, for which no right to read is needed; what then befalls the intruder's own rows tells nothing. */
  const writeAll = async (text: string, values: unknown[], what: string) => {
    const outcome = await write(text, values, what);
    if (outcome.result === 'hidden' || outcome.result === 'refused') return outcome;
    const withoutTriggers = await transaction.undo(async () => {
      await root.query('set local session_replication_role = replica');
      return write(text, values, what);
    });
    return withoutTriggers.result === 'broken' && outcome.result === 'unjudged' ? outcome : withoutTriggers;
  };

  const select = (await columns('select')).includes(ownerColumn)
    ? await attempt(
        intruder,
        { text: `select from ${table} where ${isVictims}`, values: [victim.id] },
        async (count) => (count === 0 ? null : 'reads the row of another user'),
      )
    : await attempt(intruder, { text: `select from ${table}` }, async (count) =>
        count === (await rowsOf(intruder)).split(',').filter(Boolean).length
          ? null
          : 'reads more rows than its own',
      );

  const updatable = await columns('update');
  const column = updatable.find((name) => name !== ownerColumn) ?? updatable[0] ?? ownerColumn;
  const change = `update ${table} set ${quote(column)} = $1`;
  const update = worst([
    await write(
      `${change} where ${owner}::text = $2`,
      [row[column], victim.id],
      'updates the row of another user',
    ),
    await writeAll(change, [ownRow[column]], 'updates the row of another user'),
  ]);
  const reassign = worst([
    await write(
      `update ${table} set ${owner} = $1 where ${owner}::text = $2`,
      [ownRow[ownerColumn], victim.id],
      'takes the row of another user',
    ),
    await writeAll(
      `update ${table} set ${owner} = $1`,
      [ownRow[ownerColumn]],
      'takes the row of another user',
    ),
    await write(`update ${table} set ${owner} = $1`, [row[ownerColumn]], 'gives a row to another user'),
  ]);
  const remove = worst([
    await write(`delete from ${table} where ${isVictims}`, [victim.id], 'deletes the row of another user'),
    await writeAll(`delete from ${table}`, [], 'deletes the row of another user'),
  ]);

  const insertable = await columns('insert');
  const given = insertable.includes(ownerColumn) ? insertable : await columns(null);
  const names = given.filter((name) => row[name] !== null);
  const insert = await write(
    `insert into ${table} (${names.map(quote).join(', ')}) values (${names.map((_, i) => `$${i + 1}`).join(', ')})`,
    names.map((name) => row[name]),
    'inserts a row as another user',
  );
  return { select, insert, update, reassign, delete: remove };
}

/** A policy is judged before the table's constraints: who fails these has passed it. */
function passedThePolicy({ code, message }: pg.DatabaseError): Outcome {
  return code?.startsWith('23')
    ? { result: 'broken', detail: `writes as another user, were it not for a constraint (${message})` }
    : { result: 'unjudged', detail: message };
}
