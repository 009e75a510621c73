import type pg from 'pg';
import { StartError } from '../errors.ts';
import { functionsActingOutside } from '../sql/outside-effects.ts';
import { nodesWithin, parseSql, type SqlNode } from '../sql/parse-sql.ts';

/**
 * What PostgreSQL allows in a read-only transaction although it acts beyond it, or can hold anything. It refuses the
 * statements that write rows or definitions by itself.
 */
const ACTING = new Set([
  'AlterSystemStmt',
  'CallStmt',
  'CheckPointStmt',
  'ClusterStmt',
  'DiscardStmt',
  'DoStmt',
  'ListenStmt',
  'LoadStmt',
  'NotifyStmt',
  'ReindexStmt',
  'RepackStmt',
  'UnlistenStmt',
  'VacuumStmt',
]);
/** Who one is, and how PostgreSQL reads a statement, which has to be as it is read here. */
const SETTINGS = new Set(['role', 'session_authorization', 'standard_conforming_strings']);

/**
 * Refuses what a read-only transaction does not keep from acting.
 *
 * @param client on which the statement will run
 * @throws StartError `INVALID_INPUT`
 */
export async function refuseActing(client: pg.ClientBase, sql: string): Promise<void> {
  // What this parser does not understand, PostgreSQL will not either.
  const statements = await parseSql(sql).catch(() => []);
  for (const statement of statements) {
    if ([...nodesWithin(statement)].some(acts))
      throw new StartError('INVALID_INPUT', `Read-only: this statement acts at once. ${WRITE}`);
    const [name] = await functionsActingOutside(client, statement, { isCommitted: true });
    if (name)
      throw new StartError(
        'INVALID_INPUT',
        `Read-only: the function ${name} may act outside of the transaction. ${WRITE}`,
      );
  }
}

const WRITE = 'Start the console with --write to run it.';

function acts({ type, fields }: SqlNode): boolean {
  if (type === 'CopyStmt') return fields.filename !== undefined;
  if (type === 'VariableSetStmt')
    return fields.kind === 'VAR_RESET_ALL' || SETTINGS.has(String(fields.name).toLowerCase());
  return ACTING.has(type);
}
