import { LRUCache } from 'lru-cache';
import type pg from 'pg';

/** Prepared statements that a connection keeps; each costs the server some kilobytes. */
const CAPACITY = 200;

/** The part of a `pg` client that @types/pg does not know. */
type WithStatements = pg.PoolClient & { connection: { parsedStatements: Record<string, string> } };

const statementsByClient = new WeakMap<pg.PoolClient, LRUCache<string, true>>();

/**
 * Notes that a connection uses a prepared statement, and lets it forget the one that was used longest ago: clients
 * choose the documents, and so how many different statements there are. Call it before the transaction's work is sent.
 */
export function nameStatement(client: pg.PoolClient, name: string): string {
  let statements = statementsByClient.get(client);
  if (!statements) {
    const { connection } = client as WithStatements;
    statements = new LRUCache<string, true>({
      max: CAPACITY,
      dispose(_, old, reason) {
        if (reason !== 'evict' || !connection.parsedStatements[old]) return;
        delete connection.parsedStatements[old];
        client.query(`deallocate ${client.escapeIdentifier(old)}`).catch(() => {});
      },
    });
    statementsByClient.set(client, statements);
  }
  statements.set(name, true);
  return name;
}
