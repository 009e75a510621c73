import { GraphQLScalarType } from 'graphql';
import type { PgCodec } from 'postgraphile/@dataplan/pg';
import { type FieldArgs, type FieldInfo, lambda, type NodeIdHandler, type Step } from 'postgraphile/grafast';
import { CodedError } from '../error-codes.ts';

type Scope = {
  isRootMutation?: boolean;
  isRootNodeField?: boolean;
  nodeAccessorTypeName?: string;
  isPgUpdateMutation?: boolean;
  isPgDeleteMutation?: boolean;
  fieldBehaviorScope?: string;
  pgFieldResource?: { codec: PgCodec };
};
/** The values of a primary key, as a global id holds them. */
type CheckKey = (values: unknown[]) => boolean;
type Kind = { handler: NodeIdHandler; checkKey: CheckKey };

/**
 * Refuses global ids that this server cannot have made: of another type, or of none. PostGraphile answers null, as if a
 * deletion had worked. The id of a row that is not there stays null for queries, as GraphQL's specification of global
 * ids has it, and NOT_FOUND for mutations.
 */
export const NodeIdsPlugin: GraphileConfig.Plugin = {
  name: 'NodeIdsPlugin',
  version: '1.0.0',
  schema: {
    hooks: {
      /** The id of a row that another refers to, where a schema has such inputs (`@behavior +nodeId:insert`). */
      GraphQLInputObjectType_fields_field(field, _build, { scope }) {
        const { fieldName, fieldBehaviorScope } = scope as { fieldName: string; fieldBehaviorScope?: string };
        const { apply } = field as { apply?: Apply };
        if (!fieldBehaviorScope?.startsWith('nodeId:') || !apply) return field;
        return { ...field, apply: refusing(apply, fieldName) };
      },
      GraphQLObjectType_fields_field(field, build, context) {
        const scope = context.scope as Scope;
        const { plan } = field;
        const typeNames = typeNamesOf(scope, build);
        if (!typeNames || !plan) return field;
        const id = build.inflection.nodeIdFieldName();
        const path = scope.isRootMutation ? ['input', id] : id;
        return {
          ...field,
          plan($source: Step, args: FieldArgs, info: FieldInfo) {
            const kinds = typeNames().flatMap((typeName) => kindOf(typeName, build) ?? []);
            const check = ($id: Step) => lambda($id, (value) => checkId(value, kinds, id), true);
            const checkedArgs: FieldArgs = Object.assign(Object.create(args), {
              getRaw: (asked: Parameters<FieldArgs['getRaw']>[0]) =>
                String(asked) === String(path) ? check(args.getRaw(asked) as Step) : args.getRaw(asked),
            });
            return plan($source, checkedArgs, info);
          },
        };
      },
    },
  },
};

/** Which types the ids of a field may be of; undefined for a field without. */
function typeNamesOf(scope: Scope, build: GraphileBuild.Build): (() => string[]) | undefined {
  if (scope.isRootNodeField) return () => [...(build.getNodeTypeNames?.() ?? [])];
  const { nodeAccessorTypeName, pgFieldResource, fieldBehaviorScope } = scope;
  if (nodeAccessorTypeName) return () => [nodeAccessorTypeName];
  if (!pgFieldResource || !fieldBehaviorScope?.startsWith('nodeId:')) return undefined;
  return () => [build.inflection.tableType(pgFieldResource.codec as never)];
}

function kindOf(typeName: string, build: GraphileBuild.Build): Kind | undefined {
  const handler = build.getNodeIdHandler?.(typeName);
  if (!handler) return undefined;
  const resource = Object.values(build.pgResources).find(
    ({ codec, parameters, isUnique, isVirtual }) =>
      codec.attributes &&
      !parameters &&
      !isUnique &&
      !isVirtual &&
      build.inflection.tableType(codec as never) === typeName,
  );
  const primaryKey = resource?.uniques.find(({ isPrimary }) => isPrimary);
  // Not of a table, such as the id of `Query`.
  if (!resource || !primaryKey) return { handler, checkKey: () => true };
  const checks = primaryKey.attributes.map((name) =>
    checkOf((resource.codec.attributes as Record<string, { codec: PgCodec }>)[name]!.codec, build),
  );
  const checkKey: CheckKey = (values) =>
    values.length === checks.length && checks.every((check, index) => check(values[index]));
  return { handler, checkKey };
}

/** Bits of PostgreSQL's integers. */
const INTEGERS: Record<string, number> = { int2: 16, int4: 32, int8: 64 };

/** Whether PostgreSQL will take a value for one of this type, as far as that can be said here. */
function checkOf(codec: PgCodec, build: GraphileBuild.Build): (value: unknown) => boolean {
  const base = codec.domainOfCodec;
  if (base) return checkOf(base, build);
  const bits = INTEGERS[codec.name];
  if (bits)
    return (value) =>
      /^-?\d{1,19}$/.test(String(value)) &&
      BigInt.asIntN(bits, BigInt(String(value))) === BigInt(String(value));
  const type = build.getGraphQLTypeByPgCodec(codec, 'input');
  return (value) => {
    if (!['string', 'number', 'boolean'].includes(typeof value)) return false;
    try {
      if (type instanceof GraphQLScalarType) type.parseValue(value);
      return true;
    } catch {
      return false;
    }
  };
}

type Apply = (target: unknown, id: unknown, info: unknown) => unknown;

/** It throws nothing but what it has against the id. */
const refusing =
  (apply: Apply, field: string): Apply =>
  (target, id, info) => {
    try {
      return apply(target, id, info);
    } catch {
      throw invalid(field);
    }
  };

/** @throws CodedError `INVALID_INPUT` */
function checkId(id: unknown, kinds: Kind[], field: string): unknown {
  if (id == null || kinds.length === 0 || kinds.some((kind) => isIdOf(id, kind))) return id;
  throw invalid(field);
}

const invalid = (field: string) =>
  new CodedError('INVALID_INPUT', 'This is not an id of an object that this field can work with.', { field });

function isIdOf(id: unknown, { handler, checkKey }: Kind): boolean {
  try {
    const decoded = handler.codec.decode(id as string);
    if (!handler.match(decoded)) return false;
    return handler.getIdentifiers ? checkKey(handler.getIdentifiers(decoded) as unknown[]) : true;
  } catch {
    return false;
  }
}
