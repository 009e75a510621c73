import type { ClientBase } from 'pg';
import { withPinnedSettings } from '../../src/database/schema-dump/with-pinned-settings.ts';
import { StartError } from '../../src/errors.ts';
import { chooseScope, type ScopeOptions } from './choose-scope.ts';
import { calledRoutine, descendants, parseExpressionTree } from './expression-tree.ts';
import { readQuery } from './read-query.ts';
import { requireObjects } from './require-objects.ts';
import type {
  Catalogue,
  Column,
  DataType,
  DefaultGrants,
  ForeignKey,
  Index,
  Policy,
  PolicyExpression,
  Relation,
  Role,
  Routine,
  Schema,
  Trigger,
} from './types.ts';

const OLDEST_VERSION = 150_000;

type Row<T> = T & { relation: number };
type PolicyRow = Row<Omit<Policy, 'using' | 'check'>> &
  Record<'using_text' | 'using_tree' | 'check_text' | 'check_tree', string | null>;
type RelationRow = Omit<Relation, 'columns' | 'policies' | 'indexes' | 'foreignKeys' | 'triggers'>;

/**
 * Reads who may do what. Any login may: the system catalogue is open to everybody, and no row of a table is read.
 * PostgreSQL 15 to 18. An open transaction is kept, and is seen from within.
 *
 * @throws StartError as chooseScope does, `SERVER_TOO_OLD`, and `NOT_MIGRATED` for a database with nothing in it.
 */
export function readCatalogue(client: ClientBase, options: ScopeOptions = {}): Promise<Catalogue> {
  return withPinnedSettings(client, async () => {
    const serverVersion = await readServerVersion(client);
    await requireObjects(client);
    const { schemas, roles: webRoles } = await chooseScope(client, options);
    const relations = await readRelations(client, schemas, webRoles);
    const called = await readQuery<Routine>(client, 'routines', [], webRoles, calledOids(relations));
    return {
      serverVersion,
      roles: await readQuery<Role>(client, 'roles'),
      webRoles,
      schemas: await readQuery<Schema>(client, 'schemas', schemas, webRoles),
      writableSchemas: (await readQuery<{ name: string }>(client, 'writable-schemas', webRoles)).map(
        ({ name }) => name,
      ),
      relations,
      routines: await readQuery<Routine>(client, 'routines', schemas, webRoles, []),
      dataTypes: await readQuery<DataType>(client, 'data-types', schemas),
      calledRoutines: new Map(called.map((routine) => [routine.oid, routine])),
      defaultGrants: await readQuery<DefaultGrants>(client, 'default-grants'),
    };
  });
}

async function readServerVersion(client: ClientBase): Promise<number> {
  const { rows } = await client.query<{ version: number }>(
    `select current_setting('server_version_num')::integer as version`,
  );
  const { version } = rows[0]!;
  // Before 15 there is no security_invoker, and every view reads its tables as its owner.
  if (version < OLDEST_VERSION) {
    throw new StartError('SERVER_TOO_OLD', 'This PostgreSQL is too old: 15 or newer is needed.');
  }
  return version;
}

async function readRelations(client: ClientBase, schemas: string[], roles: string[]): Promise<Relation[]> {
  const relations = await readQuery<RelationRow>(client, 'relations', schemas, roles);
  const oids = relations.map(({ oid }) => oid);
  const partsOf = async <T extends object>(query: string): Promise<(oid: number) => T[]> => {
    const parts = Map.groupBy(await readQuery<Row<T>>(client, query, oids), ({ relation }) => relation);
    return (oid) => parts.get(oid) ?? [];
  };

  const columns = await partsOf<Column>('columns');
  const policies = await partsOf<PolicyRow>('policies');
  const indexes = await partsOf<Index>('indexes');
  const foreignKeys = await partsOf<ForeignKey>('foreign-keys');
  const triggers = await partsOf<Trigger>('triggers');
  return relations.map((relation) => ({
    ...relation,
    columns: columns(relation.oid),
    policies: policies(relation.oid).map(toPolicy),
    indexes: indexes(relation.oid),
    foreignKeys: foreignKeys(relation.oid),
    triggers: triggers(relation.oid),
  }));
}

function toPolicy({ using_text, using_tree, check_text, check_tree, ...policy }: PolicyRow): Policy {
  return {
    ...policy,
    using: toExpression(using_text, using_tree),
    check: toExpression(check_text, check_tree),
  };
}

function toExpression(text: string | null, tree: string | null): PolicyExpression | null {
  return text === null || tree === null ? null : { text, tree: parseExpressionTree(tree) };
}

/** The functions in the expressions of policies, those behind operators included. */
function calledOids(relations: Relation[]): number[] {
  const expressions = relations.flatMap(({ policies }) =>
    policies.flatMap(({ using, check }) => [using, check]),
  );
  const oids = expressions.flatMap((expression) =>
    expression ? [...descendants(expression.tree)].map(calledRoutine) : [],
  );
  return [...new Set(oids.filter((oid) => oid !== null))];
}
