import type { ClientBase } from 'pg';
import { compareStatements } from './schema-dump/compare-statements.ts';
import { normaliseStatement } from './schema-dump/normalise-statement.ts';
import { normaliseViewQuery } from './schema-dump/normalise-view-query.ts';
import { readStatements } from './schema-dump/read-statements.ts';
import type { Statement } from './schema-dump/statement.ts';
import { withPinnedSettings } from './schema-dump/with-pinned-settings.ts';

const header = `\
-- What the migrations have made, read from the catalogue. It is written by a program, to be read and diffed:
-- it is SQL, but not in an order in which it could be run. Every privilege is listed, those that PostgreSQL
-- gives by default included (public may execute a function unless that was revoked), except what an object's
-- owner may do and public's usage of types. \`pg_database_owner\` stands for the owner of the database.`;

/** Renders the schemas as readable, deterministic SQL: same catalogue → same text, on PostgreSQL 15 to 18. */
export async function dumpSchema(client: ClientBase, options: { schemas: string[] }): Promise<string> {
  const statements = await withPinnedSettings(client, () => readStatements(client, options.schemas));
  assertSchemasExist(statements, options.schemas);
  const objects = Map.groupBy(
    statements.toSorted(compareStatements),
    ({ section, home }) => `${section} ${home}`,
  );
  const paragraphs = objects.values().map((object) => object.map(render).join('\n'));
  return `${[header, ...paragraphs].join('\n\n')}\n`;
}

function render({ part, sql }: Statement): string {
  return normaliseStatement(part === 'view query' ? normaliseViewQuery(sql) : sql);
}

/** A misspelt schema would otherwise give a dump that is empty and never changes. */
function assertSchemasExist(statements: Statement[], schemas: string[]): void {
  const found = statements.filter(({ section, part }) => section === 'schema' && part === 'definition');
  if (found.length !== new Set(schemas).size) {
    const names = found.map(({ home }) => home).join(', ') || 'none';
    throw new Error(`Some of the schemas ${schemas.join(', ')} do not exist: found ${names}.`);
  }
}
