import type { Outcome } from './cross-tenant/attempt.ts';
import { findOwnedTables, type Unjudged } from './cross-tenant/owned-tables.ts';
import { probeBothWays } from './cross-tenant/probe-both-ways.ts';
import type { CommandOutcomes, Tenant } from './cross-tenant/probe-table.ts';
import type { Row } from './insert-row.ts';
import type { KitDatabase } from './use-database.ts';

export type CrossTenantOptions = {
  /** The table of users; `app_public.users` by default. */
  usersTable?: string;
  /** By table, the column that holds its owner's id, where no foreign key says so or several do. */
  ownerColumns?: Record<string, string>;
  /** Tables whose rows others may read, each with the reason. They may still not write them. */
  shared?: Record<string, string>;
  /** Tables whose rows others may change too, each with the reason. They may still not take them over. */
  editable?: Record<string, string>;
  /** By table, values for the rows that are made: those that make a row shared, say. */
  rows?: Record<string, Row>;
  /** Makes a user who can send SQL; `db.createUser` by default. */
  createUser?: () => Promise<Tenant>;
};

export type TableCoverage = {
  table: string;
  ownerColumn: string;
  /** How each command ended on another user's row; `shared`: it may be used so. */
  outcomes: Record<keyof CommandOutcomes, 'refused' | 'hidden' | 'shared'>;
};

export type CrossTenantReport = {
  covered: TableCoverage[];
  notCovered: Unjudged[];
  /** Tables on which the users' role has no right at all. */
  outOfReach: string[];
};

/**
 * Keeps users apart, with no test written by hand: for each table with an owner column it makes a row of each of two
 * users, and lets each try to read, update, delete and insert as the other. Call it in a test; it leaves nothing.
 *
 * @returns which tables were covered, and which could not be and why; expect the latter to be what you know of
 * @throws Error listing each way in which a user reached another's row, and each `shared` table that nobody else can read
 */
export async function crossTenant(
  db: KitDatabase,
  options: CrossTenantOptions = {},
): Promise<CrossTenantReport> {
  const {
    usersTable = 'app_public.users',
    ownerColumns = {},
    shared = {},
    editable = {},
    rows = {},
  } = options;
  const { createUser = db.createUser } = options;
  const users: [Tenant, Tenant] = [await createUser(), await createUser()];
  const role = await users[0].value<string>('select current_user');
  const { owned, notCovered, outOfReach } = await findOwnedTables(db.root, {
    usersTable,
    role,
    ownerColumns,
  });
  const covered: TableCoverage[] = [];
  const problems = [...new Set([shared, editable, rows].flatMap(Object.keys))]
    .filter((table) => !owned.some((candidate) => candidate.table === table))
    .map((table) => `${table} is named in the options, and is not a table with an owner column`);

  for (const candidate of owned) {
    const { table, ownerColumn } = candidate;
    const outcomes = await db.transaction
      .undo(() => probeBothWays(db, candidate, { usersTable, role, users, values: rows[table] ?? {} }))
      .catch((error: Error) => error);
    if (outcomes instanceof Error) {
      notCovered.push({ table, reason: `no row could be made: ${outcomes.message}` });
      continue;
    }
    const judged = judge(outcomes, { select: table in shared, update: table in editable });
    problems.push(...judged.problems.map((problem) => `${table}: ${problem}`));
    if (judged.unjudged) notCovered.push({ table, reason: judged.unjudged });
    else if (judged.problems.length === 0) covered.push({ table, ownerColumn, outcomes: judged.outcomes });
  }
  if (problems.length > 0)
    throw new Error(`Users are not kept apart:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
  return { covered, notCovered, outOfReach };
}

/** What is wrong with the outcomes, given which commands others may use. */
function judge(outcomes: CommandOutcomes, isShared: Partial<Record<keyof CommandOutcomes, boolean>>) {
  const all = Object.entries(outcomes) as [keyof CommandOutcomes, Outcome][];
  const strict = all.filter(([command]) => !isShared[command]);
  const problems = strict
    .filter(([, { result }]) => result === 'broken')
    .map(([command, { detail }]) => `${command}: a user ${detail}`);
  for (const [command, { result }] of all)
    if (isShared[command] && result !== 'broken')
      problems.push(
        `listed as ${command === 'select' ? 'shared' : 'editable'}, and no other user can ${command} it`,
      );
  const unjudged = strict.find(([, { result }]) => result === 'unjudged');
  return {
    problems,
    unjudged: unjudged && `${unjudged[0]}: ${unjudged[1].detail}`,
    outcomes: Object.fromEntries(
      all.map(([command, { result }]) => [command, isShared[command] ? 'shared' : result]),
    ) as TableCoverage['outcomes'],
  };
}
