/** A node of PostgreSQL's syntax tree: its type, and what it holds. */
export type SqlNode = { type: string; fields: Record<string, unknown> };

/** SQL that PostgreSQL's grammar does not know. */
export class SqlSyntaxError extends Error {}

/**
 * Reads SQL with PostgreSQL's own parser, which knows where one statement ends and what it is. Loaded when it is first
 * needed: 1.8 MB, about 20 ms.
 *
 * @returns the statements; comments and empty ones are none
 * @throws SqlSyntaxError
 */
export async function parseSql(sql: string): Promise<SqlNode[]> {
  if (sql.trim() === '') return [];
  const parser = await import('libpg-query');
  try {
    const { stmts = [] } = await parser.parse(sql);
    return stmts.flatMap(({ stmt }) => (stmt ? [nodeOf(stmt as Record<string, unknown>)] : []));
  } catch (error) {
    throw new SqlSyntaxError((error as Error).message);
  }
}

/** Every node below one, itself included. */
export function* nodesWithin(node: SqlNode): Generator<SqlNode> {
  yield node;
  yield* nodesIn(node.fields);
}

function* nodesIn(value: unknown): Generator<SqlNode> {
  if (typeof value !== 'object' || value === null) return;
  if (Array.isArray(value)) {
    for (const one of value) yield* nodesIn(one);
    return;
  }
  for (const [key, child] of Object.entries(value)) {
    // A field that is a node is written `{ Type: { … } }`; the names of types begin with a capital.
    if (/^[A-Z]/.test(key) && typeof child === 'object' && child !== null && !Array.isArray(child))
      yield* nodesWithin({ type: key, fields: child as Record<string, unknown> });
    else yield* nodesIn(child);
  }
}

function nodeOf(statement: Record<string, unknown>): SqlNode {
  const [type = '', fields] = Object.entries(statement)[0] ?? [];
  return { type, fields: (fields ?? {}) as Record<string, unknown> };
}
