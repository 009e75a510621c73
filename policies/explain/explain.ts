import type pg from 'pg';
import { StartError } from '../../src/errors.ts';
import { readCatalogue } from '../catalogue/read-catalogue.ts';
import { requireObjects } from '../catalogue/require-objects.ts';
import type { Catalogue, Command } from '../catalogue/types.ts';
import type { Finding } from './finding.ts';
import { type Identity, identify, type Who } from './identity.ts';
import { judgeRows, type Question } from './judge-rows.ts';
import { grantWhatIsMissing } from './missing-grants.ts';
import { readOneStatement, refuseOutsideEffects } from './one-statement.ts';
import { analyze, measurePolicies, type Plan, type PolicyCost } from './plans.ts';
import { readsTarget } from './reads-target.ts';
import { type Rows, rowsAskedFor, rowsWritten } from './rows.ts';
import { type Actor, openActor } from './run-as.ts';
import { readShape, type Scan, type StatementShape } from './scans.ts';
import { refusal, undone, undoneAs } from './undone.ts';

export type Explanation = {
  who: string;
  /** What the user's statements run as; null where no session was to be had. */
  role: string | null;
  command: Command;
  /** What stands in the way, in the order in which PostgreSQL looks; empty for nothing. */
  findings: Finding[];
  /** As the user, once every missing grant is given; the error of PostgreSQL where it refuses the statement. */
  withPolicies: Plan | { error: string } | null;
  /** As somebody to whom everything is open. */
  withoutPolicies: Plan | { error: string } | null;
  policyCosts: PolicyCost[];
};

/** Milliseconds for one statement: the one explained runs several times. */
const TIMEOUT = 30_000;

type Setting = {
  client: pg.Client;
  catalogue: Catalogue;
  identity: Identity;
  /** A role to which everything is open, with the user's settings. */
  open: Actor;
  role: string;
  sql: string;
};

/**
 * Explains why a user cannot see or change what a statement asks for. Everything happens in transactions that are rolled
 * back; the statement is one that a rollback undoes, but for numbers of sequences.
 *
 * @param client a superuser's
 * @throws StartError `INVALID_INPUT`, `NOT_FOUND`, `NOT_ALLOWED`, `NOT_MIGRATED`, and pg.DatabaseError for a statement that PostgreSQL does not understand
 */
export async function explain(client: pg.Client, who: Who, sql: string): Promise<Explanation> {
  const statement = await readOneStatement(sql);
  const { rows } = await client.query<{ is_superuser: boolean }>(
    'select rolsuper as is_superuser from pg_roles where rolname = current_user',
  );
  if (!rows[0]?.is_superuser)
    throw new StartError(
      'NOT_ALLOWED',
      'Explaining needs a superuser, who sees the rows that policies hide. Set ROOT_DATABASE_URL, or let DATABASE_URL name one.',
    );

  // Before it is looked for a user whom such a database cannot have.
  await requireObjects(client);
  const opening = await rolledBack(client, async () => {
    const identity = await identify(client, who);
    let role: string | null = null;
    const error = await refusal(
      undoneAs(client, identity.become, async () => {
        role = (await client.query<{ role: string }>('select current_user as role')).rows[0]!.role;
      }),
    );
    const catalogue = await readCatalogue(client, { roles: [role ?? (await anyRole(client))] });
    return { role: role as string | null, error, catalogue, description: identity.description };
  });
  const { role, catalogue, description } = opening;
  const shape = await rolledBack(client, async () => {
    await refuseOutsideEffects(client, statement);
    return readShape(client, catalogue, sql);
  });
  if (role === null) {
    const message = opening.error?.message ?? 'no role';
    const findings: Finding[] = [{ kind: 'session', message }];
    return {
      who: description,
      role,
      command: shape.command,
      findings,
      withPolicies: null,
      withoutPolicies: null,
      policyCosts: [],
    };
  }

  const written = await writtenRows(client, who, shape, sql);
  return rolledBack(client, async () => {
    const identity = await identify(client, who);
    const open = await openActor(client, identity.become);
    const setting: Setting = { client, catalogue, open, identity, role, sql };
    const findings = [...(await grantWhatIsMissing(setting))];
    // With the missing grants, the role's rights are others than the catalogue says; policies do not look at them.
    const hidden: Finding[] = [];
    for (const question of await questions(setting, shape, written)) {
      const finding = await judgeRows(setting, question);
      if (finding) hidden.push(finding);
    }
    // What was asked of all rows of a table may be about rows that the statement does not want.
    findings.push(...hidden.filter((finding) => !isBroad(finding)), ...hidden.filter(isBroad));
    if (written && 'error' in written) findings.push({ kind: 'error', message: written.error });
    return {
      who: description,
      role,
      command: shape.command,
      findings,
      withPolicies: await analyze(client, { role, become: identity.become }, sql),
      withoutPolicies: await analyze(client, open, sql),
      policyCosts: await measurePolicies(client, { catalogue, open, role, shape }),
    };
  });
}

/** The rows as an insert or an update leaves them; in a transaction of its own, which tells them from others. */
async function writtenRows(
  client: pg.Client,
  who: Who,
  { command, target }: StatementShape,
  sql: string,
): Promise<Rows | { error: string } | null> {
  if (!target || command === 'delete') return null;
  return rolledBack(client, async () => {
    const identity = await identify(client, who);
    const open = await openActor(client, identity.become);
    let rows: Rows = [];
    const error = await refusal(
      rowsWritten(client, open, target, sql).then((written) => {
        rows = written;
      }),
    );
    return error ? { error: error.message } : rows;
  });
}

/** Which policies are asked about which rows, in PostgreSQL's order. */
async function questions(
  { client, open, sql }: Setting,
  shape: StatementShape,
  written: Rows | { error: string } | null,
): Promise<Question[]> {
  const { command, target, scans } = shape;
  const asked: Question[] = [];
  const askedFor = (scan: Scan) => rowsAskedFor(client, open, scan);
  for (const scan of scans)
    asked.push({ scan, command: 'select', clause: 'using', rows: await askedFor(scan) });
  if (!target) return asked;

  const reads = await readsTarget(client, shape, sql);
  if (command !== 'insert') {
    const rows = await askedFor(target);
    if (reads) asked.push({ scan: target, command: 'select', clause: 'using', rows });
    asked.push({ scan: target, command, clause: 'using', rows });
  }
  if (Array.isArray(written)) {
    asked.push({ scan: target, command, clause: 'with check', rows: written });
    if (reads) asked.push({ scan: target, command: 'select', clause: 'with check', rows: written });
  }
  return asked;
}

const isBroad = (finding: Finding): boolean => 'isBroad' in finding && finding.isBroad;

async function anyRole(client: pg.Client): Promise<string> {
  return (await client.query<{ name: string }>('select current_user as name')).rows[0]!.name;
}

/** A transaction of its own or, within one, a part of it. */
async function rolledBack<T>(client: pg.Client, work: () => Promise<T>): Promise<T> {
  if (client.getTransactionStatus() === 'T') return undone(client, work);
  // Messages are read by this program, so they are in one language; strings are read as its parser reads them.
  await client.query(
    `begin; set local lc_messages = 'C'; set local standard_conforming_strings = on;
     set local statement_timeout = ${TIMEOUT}; set local lock_timeout = 2000`,
  );
  try {
    return await work();
  } finally {
    await client.query('rollback');
  }
}
