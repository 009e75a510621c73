import { readFile } from 'node:fs/promises';
import type { ClientBase } from 'pg';
import type { Statement } from './statement.ts';

const kinds = [
  'schemas',
  'default-privileges',
  'extensions',
  'types',
  'sequences',
  'tables',
  'constraints',
  'indexes',
  'policies',
  'triggers',
  'views',
  'functions',
  'owners',
  'grants',
  'comments',
  'other-objects',
];

/** Reads every kind of object. One query does it, so that all of them are seen at the same moment. */
export async function readStatements(client: ClientBase, schemas: string[]): Promise<Statement[]> {
  const [objects, ...queries] = await Promise.all(['objects', ...kinds].map(readQuery));
  const everything = queries.map((query) => `(\n${query})`).join('\nunion all\n');
  const { rows } = await client.query<Statement>(`${objects}\n${everything}`, [schemas]);
  return rows;
}

function readQuery(name: string): Promise<string> {
  return readFile(new URL(`./${name}.sql`, import.meta.url), 'utf8');
}
