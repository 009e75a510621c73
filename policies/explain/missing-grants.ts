import type pg from 'pg';
import { COMMANDS } from '../catalogue/rights.ts';
import type { Catalogue, Command, Relation } from '../catalogue/types.ts';
import { quoteName } from '../sql/quote-name.ts';
import type { Finding } from './finding.ts';
import type { Identity } from './identity.ts';
import { runAs } from './run-as.ts';
import { refusal, undone } from './undone.ts';

/** More objects than any statement names. */
const MAX_GRANTS = 50;
const DENIED = /^permission denied for (.+?) ("?[^"]+"?)$/;

type Ask = { client: pg.Client; catalogue: Catalogue; identity: Identity; role: string; sql: string };

/**
 * Asks PostgreSQL for the statement's plan as the user, and gives the role, until the end of the transaction, each
 * right that it says is missing. Only the catalogue of rights is written, and no table is locked.
 *
 * @returns what was missing, in the order in which PostgreSQL asked for it; last an error that has other reasons
 */
export async function grantWhatIsMissing(ask: Ask): Promise<Finding[]> {
  const findings: Finding[] = [];
  while (findings.length < MAX_GRANTS) {
    const error = await planAsUser(ask);
    if (error === null) break;
    const missing = await whatIsMissing(ask, error);
    if (missing.length === 0) return [...findings, { kind: 'error', message: error.message }];
    for (const finding of missing) if ('mend' in finding) await ask.client.query(finding.mend);
    findings.push(...missing);
  }
  return findings;
}

const planAsUser = ({ client, identity, role, sql }: Ask): Promise<pg.DatabaseError | null> =>
  refusal(undone(client, () => runAs(client, { role, become: identity.become }, `explain ${sql}`, 'text')));

async function whatIsMissing(ask: Ask, error: pg.DatabaseError): Promise<Finding[]> {
  const [, kind, name] = (error.code === '42501' && DENIED.exec(error.message)) || [];
  const { catalogue } = ask;
  const role = quoteName(ask.role);
  if (kind === undefined || name === undefined) return [];
  if (kind === 'schema') {
    const schema = quoteName(name);
    return [{ kind: 'schema usage', schema: name, mend: `grant usage on schema ${schema} to ${role}` }];
  }
  if (kind === 'function' || kind === 'procedure') {
    return catalogue.routines
      .filter(({ ownName, executableBy }) => ownName === name && !executableBy.includes(ask.role))
      .map((routine) => ({
        kind: 'function grant',
        function: routine.name,
        mend: `grant execute on ${routine.kind} ${routine.name} to ${role}`,
      }));
  }
  const relations = catalogue.relations.filter(({ ownName }) => ownName === name);
  if (kind === 'sequence')
    return relations.map((relation) => ({
      kind: 'sequence grant',
      sequence: relation.name,
      mend: `grant usage on sequence ${relation.name} to ${role}`,
    }));
  const missing: Finding[] = [];
  for (const relation of relations) missing.push(...(await missingOnTable(ask, relation)));
  return missing;
}

/** Tries out which commands, and which of their columns, are what is missing on a table. */
async function missingOnTable(ask: Ask, relation: Relation): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const command of COMMANDS) {
    if (!(await isDeniedWith(ask, relation, allBut(command)))) continue;
    const lacking = relation.columns.filter(({ name }) => !mayUse(relation, ask.role, command, name));
    const columns: string[] = [];
    if (command !== 'delete' && lacking.length < relation.columns.length)
      for (const { name } of lacking) {
        const others = relation.columns
          .filter((column) => column.name !== name)
          .map((column) => quoteName(column.name));
        const grants = [...allBut(command), `${command} (${others.join(', ')})`];
        if (await isDeniedWith(ask, relation, grants)) columns.push(name);
      }
    const role = quoteName(ask.role);
    findings.push(
      columns.length > 0
        ? {
            kind: 'column grant',
            table: relation.name,
            command,
            columns,
            mend: `grant ${command} (${columns.map(quoteName).join(', ')}) on ${relation.name} to ${role}`,
          }
        : {
            kind: 'table grant',
            table: relation.name,
            command,
            mend: `grant ${command} on ${relation.name} to ${role}`,
          },
    );
  }
  return findings;
}

const allBut = (command: Command): string[] => COMMANDS.filter((other) => other !== command);

/** Whether PostgreSQL still refuses the table when these rights are given. */
function isDeniedWith(ask: Ask, relation: Relation, grants: string[]): Promise<boolean> {
  const { client, role } = ask;
  return undone(client, async () => {
    await client.query(`grant ${grants.join(', ')} on ${relation.name} to ${quoteName(role)}`);
    const error = await planAsUser(ask);
    return error?.code === '42501' && error.message.endsWith(` ${relation.ownName}`);
  });
}

function mayUse({ rights }: Relation, role: string, command: Command, column: string): boolean {
  return rights.some(
    (right) =>
      right.role === role &&
      right.privilege === command &&
      (right.columns === 'all' || right.columns.includes(column)),
  );
}
