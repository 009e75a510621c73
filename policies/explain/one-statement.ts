import type pg from 'pg';
import { StartError } from '../../src/errors.ts';
import { functionsActingOutside } from '../../src/sql/outside-effects.ts';
import { nodesWithin, parseSql, type SqlNode, SqlSyntaxError } from '../../src/sql/parse-sql.ts';

/** What a rollback undoes, and PostgreSQL's `explain` takes. */
const EXPLAINED = new Set(['SelectStmt', 'InsertStmt', 'UpdateStmt', 'DeleteStmt', 'MergeStmt']);

/**
 * Reads the statement to be explained, which runs several times as it is: so it may do nothing that a rollback does not
 * undo.
 *
 * @throws StartError `INVALID_INPUT`
 */
export async function readOneStatement(sql: string): Promise<SqlNode> {
  const statements = await parseSql(sql).catch((error) => {
    if (error instanceof SqlSyntaxError)
      throw invalid(`Give one statement of SQL; here is a ${error.message}.`);
    throw error;
  });
  const [statement, ...more] = statements;
  if (!statement || more.length > 0)
    throw invalid(`Give one statement; these are ${statements.length || 'none'}.`);
  const isQuery = [...nodesWithin(statement)].every(
    ({ type, fields }) =>
      (!type.endsWith('Stmt') || EXPLAINED.has(type)) && !(type === 'SelectStmt' && fields.intoClause),
  );
  if (!isQuery)
    throw invalid(
      'Only a select, insert, update, delete or merge can be explained; other statements act at once.',
    );
  return statement;
}

/** @throws StartError `INVALID_INPUT` for a function whose effect no rollback undoes */
export async function refuseOutsideEffects(client: pg.Client, statement: SqlNode): Promise<void> {
  const [name] = await functionsActingOutside(client, statement, { isCommitted: false });
  if (name)
    throw invalid(
      `The function ${name} may act outside of the transaction, where no rollback undoes it. Explain the statement without it.`,
    );
}

const invalid = (message: string) => new StartError('INVALID_INPUT', message);
