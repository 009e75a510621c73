import { type FieldNode, type GraphQLError, type GraphQLSchema, Kind } from 'graphql';
import type pg from 'pg';
import { inputNames } from './input-fields/input-names.ts';
import { readTableKeys, type TableKeys } from './input-fields/table-keys.ts';

/** The table, and how its columns are called, of a mutation that PostGraphile makes for a table. */
type Target = {
  /** `schema.name` */
  table: string;
  isView: boolean;
  /** The name that the schema gives to a column; undefined where it has none. */
  nameOf(column: string): string | undefined;
};

type Resource = {
  codec: {
    attributes?: Record<string, unknown>;
    extensions?: { pg?: { schemaName: string; name: string } };
  };
};
type Scope = {
  fieldName?: string;
  isRootMutation?: boolean;
  isPgCreateMutation?: boolean;
  isPgUpdateMutation?: boolean;
  isPgDeleteMutation?: boolean;
  pgFieldResource?: Resource;
};

/**
 * Says which input an error of PostgreSQL is about: from the constraint to its columns, from a column to the name that
 * the schema gives it, and only where the field that failed has an input of this name.
 */
export class InputFields {
  #schema: GraphQLSchema | undefined;
  #tables = new Map<string, TableKeys>();
  readonly #targets = new Map<string, Target>();
  readonly #names = new WeakMap<object, Set<string>>();

  /** Undefined where it is not known. */
  fieldOf({ path, nodes }: GraphQLError, error: pg.DatabaseError): string | undefined {
    const node = nodes?.[0];
    if (path?.length !== 1 || node?.kind !== Kind.FIELD) return undefined;
    const names = this.#namesOf(node);
    const toName = this.#toName(node.name.value, error);
    // The last column of a key says most: those before it tell whose row it is.
    const candidates = this.#columnsOf(error).reverse().flatMap(toName);
    return candidates.find((name) => names.has(name));
  }

  #namesOf({ name }: FieldNode): Set<string> {
    const fields = [this.#schema?.getMutationType(), this.#schema?.getQueryType()].flatMap(
      (type) => type?.getFields()[name.value] ?? [],
    );
    const [field] = fields;
    if (!field) return new Set();
    const known = this.#names.get(field) ?? inputNames(field);
    this.#names.set(field, known);
    return known;
  }

  #columnsOf({ schema, table, column, constraint }: pg.DatabaseError): string[] {
    if (column) return [column];
    return [...(this.#tables.get(`${schema}.${table}`)?.keys.get(constraint ?? '') ?? [])];
  }

  /** How an input for a column is called in this field. */
  #toName(field: string, { code, schema, table }: pg.DatabaseError): (column: string) => string[] {
    const target = this.#targets.get(field);
    // A function, which may write any table; or an author's own choice of a name.
    if (!target || code === 'RG000') return (column) => [column, toCamelCase(column)];
    const isTarget = target.isView || this.#lineOf(`${schema}.${table}`).includes(target.table);
    return (column) => (isTarget ? [target.nameOf(column)].filter((name) => name !== undefined) : []);
  }

  /** A table and what it is a partition of. */
  #lineOf(table: string): string[] {
    const parent = this.#tables.get(table)?.parent;
    return parent ? [table, ...this.#lineOf(parent)] : [table];
  }

  /** Learns the names from each schema that is built. */
  plugin(): GraphileConfig.Plugin {
    return {
      name: 'InputFieldsPlugin',
      version: '1.0.0',
      gather: {
        hooks: {
          pgIntrospection_introspection: (_info, { introspection }) => {
            this.#tables = readTableKeys(introspection);
          },
        },
      },
      schema: {
        hooks: {
          GraphQLObjectType_fields_field: (field, build, context) => {
            const { fieldName, isRootMutation, pgFieldResource, ...kind } = context.scope as Scope;
            const isOfTable = kind.isPgCreateMutation || kind.isPgUpdateMutation || kind.isPgDeleteMutation;
            const pg = pgFieldResource?.codec.extensions?.pg;
            if (!isRootMutation || !fieldName || !isOfTable || !pg) return field;
            const { codec } = pgFieldResource;
            const table = `${pg.schemaName}.${pg.name}`;
            const isView = this.#tables.get(table)?.isView ?? false;
            this.#targets.set(fieldName, {
              table,
              isView,
              nameOf: (attributeName) =>
                codec.attributes?.[attributeName]
                  ? build.inflection.attribute({ attributeName, codec: codec as never })
                  : undefined,
            });
            return field;
          },
          finalize: (schema) => {
            this.#schema = schema;
            return schema;
          },
        },
      },
    };
  }
}

const toCamelCase = (column: string) =>
  column.replace(/_+(\w)/g, (_, letter: string) => letter.toUpperCase());
