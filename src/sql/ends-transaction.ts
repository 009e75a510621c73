import { parseSql } from './parse-sql.ts';

const MAY_END = /\b(commit|rollback|end|abort|prepare)\b/i;
const ENDS = new Set(['TRANS_STMT_COMMIT', 'TRANS_STMT_ROLLBACK', 'TRANS_STMT_PREPARE']);

/** Whether one of the statements ends the transaction in which it runs. */
export async function endsTransaction(sql: string): Promise<boolean> {
  if (!MAY_END.test(sql)) return false;
  // What this parser does not understand, PostgreSQL will not either.
  const statements = await parseSql(sql).catch(() => []);
  return statements.some(({ type, fields }) => type === 'TransactionStmt' && ENDS.has(String(fields.kind)));
}
