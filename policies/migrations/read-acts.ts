import { type SqlStatement, sqlStatements } from '../../src/sql/statements.ts';
import type { Command, Relation } from '../catalogue/types.ts';
import { TokenReader } from '../sql/token-reader.ts';
import type { MigrationFile } from './read-migrations.ts';

/** Something that a statement does to a table, where the order of such things matters. */
type Deed =
  | { kind: 'create table' | 'drop table' | 'enable rls' }
  | {
      kind: 'create policy';
      policy: string;
      command: Command | 'all';
      roles: string[];
      isPermissive: boolean;
    }
  | { kind: 'grant'; privileges: string[]; roles: string[] };

/** A deed, the table's name as the catalogue has it, and the statement with its place. */
export type Act = Deed & {
  table: string;
  file: string;
  line: number;
  start: number;
  end: number;
  /** Behind its semicolon. */
  next: number;
  text: string;
};

type DeedOnTable = Deed & { names: string[][] };

/**
 * What migrations do to the tables of a catalogue, in their order; what they did to an earlier table of the same name,
 * which they dropped, is left out. Only statements that stand in the files are seen: what a `do` block or a function
 * runs is not.
 */
export function readActs(files: MigrationFile[], relations: Relation[]): Act[] {
  const acts: Act[] = [];
  /** Tables that exist at this point of the migrations. */
  const created = () =>
    relations.filter(({ name }) => {
      const last = acts.findLast(({ table, kind }) => table === name && /^(?:create|drop) table$/.test(kind));
      return last?.kind === 'create table';
    });
  for (const { file, text } of files) {
    for (const statement of sqlStatements(text)) {
      for (const { names, ...deed } of deedsOf(statement, created)) {
        for (const name of names) {
          const table = resolve(name, relations);
          if (table === null) continue;
          const { start, end, next } = statement;
          const line = text.slice(0, start).split('\n').length;
          acts.push({ ...deed, table, file, line, start, end, next, text: text.slice(start, end) });
        }
      }
    }
  }
  return acts.filter(
    ({ table }, index) =>
      !acts.slice(index).some((later) => later.kind === 'drop table' && later.table === table),
  );
}

/** The table of the catalogue that a migration means; one that is named without a schema must be the only one. */
function resolve(name: string[], relations: Relation[]): string | null {
  const own = name.at(-1);
  const schema = name.at(-2);
  const found = relations.filter(
    (relation) => relation.ownName === own && (schema === undefined || relation.schema === schema),
  );
  return found.length === 1 ? found[0]!.name : null;
}

function deedsOf({ tokens }: SqlStatement, created: () => Relation[]): DeedOnTable[] {
  const reader = new TokenReader(tokens);
  if (reader.accept('create policy')) return createPolicy(reader);
  if (reader.accept('grant')) return grant(reader, created);
  if (reader.accept('alter table')) return alterTable(reader);
  if (reader.accept('drop table')) {
    reader.accept('if exists');
    return [{ kind: 'drop table', names: reader.names() }];
  }
  if (!reader.accept('create')) return [];
  reader.accept('unlogged');
  if (!reader.accept('table')) return [];
  reader.accept('if not exists');
  return [{ kind: 'create table', names: [reader.name()] }];
}

function alterTable(reader: TokenReader): DeedOnTable[] {
  reader.accept('if exists');
  reader.accept('only');
  const name = reader.name();
  return reader.seek('enable row level security') ? [{ kind: 'enable rls', names: [name] }] : [];
}

function createPolicy(reader: TokenReader): DeedOnTable[] {
  const [policy = ''] = reader.name();
  if (!reader.accept('on')) return [];
  const names = [reader.name()];
  const isPermissive = !reader.accept('as restrictive');
  reader.accept('as permissive');
  const command = reader.accept('for') ? (reader.skip()?.text as Command | 'all') : 'all';
  const roles = reader.accept('to') ? reader.names().flat() : ['public'];
  return [{ kind: 'create policy', policy, command, roles, isPermissive, names }];
}

/** Kinds of objects that are granted under their own name; `on x` without one means a table. */
const otherKinds = new Set(
  'sequence database domain foreign function procedure routine language large parameter schema tablespace type'.split(
    ' ',
  ),
);

function grant(reader: TokenReader, created: () => Relation[]): DeedOnTable[] {
  const privileges: string[] = [];
  do {
    privileges.push(reader.skip()?.text ?? '');
    reader.accept('privileges');
    if (reader.accept('(')) reader.seek(')');
  } while (reader.accept(','));
  if (!reader.accept('on')) return [];

  let names: string[][];
  if (reader.accept('all')) {
    if (!reader.accept('tables in schema')) return [];
    const schemas = reader.names().flat();
    names = created()
      .filter(({ schema }) => schemas.includes(schema))
      .map(({ schema, ownName }) => [schema, ownName]);
  } else {
    reader.accept('table');
    names = reader.names();
    if (names[0]?.length === 1 && otherKinds.has(names[0][0] ?? '')) return [];
  }
  if (!reader.accept('to')) return [];
  return [{ kind: 'grant', privileges, roles: reader.names().flat(), names }];
}
