import {
  entityPermissions,
  type Introspection,
  type PgAttribute,
  type PgClass,
  type PgConstraint,
  type PgProc,
  type PgSmartTagsDict,
  type PgType,
} from 'postgraphile/graphile-build-pg/pg-introspection';
import type { ApiFunction, ApiObjects, ApiTable, ApiType, Rename } from './model.ts';

type Entity = PgClass | PgAttribute | PgConstraint | PgType | PgProc;
const TRIGGER = '2279';
const KIND_OF_CLASS: Record<string, string> = {
  r: 'table',
  p: 'table',
  v: 'view',
  m: 'materialized view',
  f: 'foreign table',
  c: 'type',
};
/** Enums, domains, ranges; composite types are classes. */
const KINDS_OF_TYPE = ['e', 'd', 'r'];
const COMMANDS = ['select', 'insert', 'update', 'delete'] as const;

/** Reads what a schema gives to the API. `entities` tells of which entity an object was read. */
export function readIntrospection(introspection: Introspection, schema: string) {
  const entities = new Map<Rename['object'], Entity>();
  const read = <T extends Rename['object']>(object: T, entity: Entity): T => {
    entities.set(object, entity);
    return object;
  };
  const role = introspection.getCurrentUser();
  const isHere = (entity: PgClass | PgType | PgProc) => entity.getNamespace()?.nspname === schema;
  const qualified = (name: string) => `${quoteName(schema)}.${quoteName(name)}`;

  const readTable = (table: PgClass): ApiTable => {
    const name = qualified(table.relname);
    const kind = KIND_OF_CLASS[table.relkind] as string;
    const columns = table.getAttributes().filter(({ attnum, attisdropped }) => attnum > 0 && !attisdropped);
    const columnNames = ({ conkey }: PgConstraint) =>
      (conkey ?? []).flatMap((number) => columns.find(({ attnum }) => attnum === number)?.attname ?? []);
    const commands = commandsOf(introspection, table);
    const isReachable = commands.size > 0 || kind === 'type';
    const constraints = table.getConstraints().toSorted((a, b) => (a.conname < b.conname ? -1 : 1));
    return read(
      {
        label: `${kind} ${name}`,
        name: table.relname,
        tags: textTags(table),
        isReachable,
        columns: columns.map((column) =>
          read(
            {
              label: `column ${name}.${quoteName(column.attname)}`,
              name: column.attname,
              tags: textTags(column),
              isReachable,
            },
            column,
          ),
        ),
        foreignKeys: constraints
          .filter(({ contype }) => contype === 'f')
          .map((key) =>
            read(
              {
                label: `constraint ${quoteName(key.conname)} on ${name}`,
                name: key.conname,
                tags: textTags(key),
                isReachable,
                columns: columnNames(key),
              },
              key,
            ),
          ),
        // A key with a tag of its own says what the API makes of it.
        uniqueKeys: constraints
          .filter((key) => key.contype === 'u' && !key.getTags().behavior && !key.getTags().omit)
          .map(columnNames),
        commands,
      },
      table,
    );
  };

  const readType = (type: PgType): ApiType =>
    read(
      {
        label: `${type.typtype === 'd' ? 'domain' : 'type'} ${qualified(type.typname)}`,
        name: type.typname,
        tags: textTags(type),
        isReachable: true,
        enumLabels:
          type.typtype === 'e' ? (type.getEnumValues() ?? []).map(({ enumlabel }) => enumlabel) : null,
      },
      type,
    );

  const readFunction = (proc: PgProc): ApiFunction => {
    const types = proc.getArguments().filter(({ isIn }) => isIn);
    const names = types.map(({ type }) => `${type.getNamespace()?.nspname}.${type.typname}`);
    return read(
      {
        label: `function ${qualified(proc.proname)}(${names.map((name) => name.replace(/^pg_catalog\./, '')).join(', ')})`,
        name: proc.proname,
        tags: textTags(proc),
        isReachable: !role || Boolean(entityPermissions(introspection, proc, role, true).execute),
        isMutation: proc.provolatile === 'v',
        ofTable: types[0]?.type.getClass()?.relname ?? null,
        argumentNames: types.map(({ name }) => name ?? ''),
      },
      proc,
    );
  };

  // Functions that PostgreSQL makes for a range type.
  const constructors = new Set(
    introspection.types
      .filter((type) => isHere(type) && ['r', 'm'].includes(type.typtype ?? ''))
      .map(({ typname }) => typname),
  );
  const objects: ApiObjects = {
    tables: introspection.classes
      .filter((table) => isHere(table) && Object.hasOwn(KIND_OF_CLASS, table.relkind))
      .map(readTable),
    types: introspection.types
      .filter((type) => isHere(type) && KINDS_OF_TYPE.includes(type.typtype ?? ''))
      .map(readType),
    functions: introspection.procs
      .filter((proc) => isHere(proc) && proc.prorettype !== TRIGGER && !proc.proname.startsWith('__'))
      .filter((proc) => !constructors.has(proc.proname))
      .map(readFunction),
  };
  return { objects, entities };
}

function textTags(entity: Entity): { name?: string; fieldName?: string } {
  const { name, fieldName } = entity.getTags();
  return {
    ...(typeof name === 'string' ? { name } : {}),
    ...(typeof fieldName === 'string' ? { fieldName } : {}),
  };
}

/** For a message: without the quotes that SQL asks for around its own words. */
const quoteName = (name: string) =>
  /^[a-z_][a-z0-9_]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`;

/** What the role that introspects may do with a table: PostGraphile shows no more of it. */
function commandsOf(introspection: Introspection, table: PgClass): ApiTable['commands'] {
  const role = introspection.getCurrentUser();
  if (!role) return new Set(COMMANDS);
  const hidden = hiddenCommands(table.getTags());
  const entities = [table, ...table.getAttributes()];
  const may = (command: (typeof COMMANDS)[number]) =>
    !hidden.includes(command) &&
    entities.some((entity) => entityPermissions(introspection, entity, role, true)[command]);
  return new Set(COMMANDS.filter(may));
}

/** What `@omit` and `@behavior` take out of the API, e.g. `@omit create,update` or `@behavior -insert`. */
function hiddenCommands({ omit, behavior }: PgSmartTagsDict): string[] {
  if (omit === true) return [...COMMANDS];
  const words = [behavior].flat().flatMap((text) => (typeof text === 'string' ? text.split(/\s+/) : []));
  return [
    ...(typeof omit === 'string'
      ? omit.replace('create', 'insert').replace('read', 'select').split(',')
      : []),
    ...words.filter((word) => word.startsWith('-')).map((word) => word.slice(1).split(':').at(-1) ?? ''),
  ];
}
