/** Types that the API has without any table, or gets from PostGraphile as soon as a column has such a type. */
const BUILT_IN_TYPES = [
  ...['Query', 'Mutation', 'Subscription', 'Node', 'PageInfo', 'Cursor', 'ErrorCode'],
  ...['Int', 'Float', 'String', 'Boolean', 'ID'],
  ...[
    'BigInt',
    'BigFloat',
    'BitString',
    'Date',
    'Datetime',
    'Time',
    'Interval',
    'JSON',
    'JSONPath',
    'UUID',
    'XML',
  ],
  ...['Point', 'Line', 'LineSegment', 'Box', 'Path', 'Polygon', 'Circle', 'LTree', 'KeyValueHash'],
  ...[
    'InternetAddress',
    'CidrAddress',
    'MacAddress',
    'MacAddress8',
    'Base64EncodedBinary',
    'TSVector',
    'TSQuery',
  ],
  ...['Oid', 'RegClass', 'RegConfig', 'RegDictionary', 'RegNamespace', 'RegOper', 'RegOperator', 'RegProc'],
  ...['RegProcedure', 'RegRole', 'RegType'],
  // Fields of our own, which a table's fields would hide.
  ...['CurrentUser', 'CurrentSession'],
  'CurrentUserUpdatedPayload',
];

/** What PostGraphile makes of a type: `UserConnection`, `StringFilter`, and the field `userById`. */
const SUFFIXES = [
  'ById',
  ...['Connection', 'Edge', 'Input', 'Patch', 'BaseInput', 'Condition', 'OrderBy', 'Filter', 'ListFilter'],
  ...['Range', 'RangeInput', 'RangeBound', 'RangeBoundInput'],
];

export const derivedTypes = (type: string): string[] => SUFFIXES.map((suffix) => type + suffix);

/** Types that the mutations of a table have. */
export const mutationTypes = (type: string): string[] =>
  ['Create', 'Update', 'Delete'].flatMap((command) =>
    ['Input', 'ByIdInput', 'Payload'].map((suffix) => command + type + suffix),
  );

/** What the types of a function are called after its name. */
export const FUNCTION_SUFFIXES = { mutation: ['Input', 'Payload'], query: ['Connection', 'Edge'] } as const;

export const RESERVED_TYPES: readonly string[] = BUILT_IN_TYPES.flatMap((type) => [
  type,
  ...derivedTypes(type),
]);

/** Names that PostGraphile gives to the types of PostgreSQL; a second type of such a name ends the build. */
export const RESERVED_CODECS: ReadonlySet<string> = new Set(
  `unknown void bool int2 int4 oid int8 float4 float8 money numeric char bpchar varchar text name json jsonb jsonpath xml
  tsvector tsquery citext uuid timestamp timestamptz date time timetz inet regproc regprocedure regoper regoperator regclass
  regtype regrole regnamespace regconfig regdictionary cidr macaddr macaddr8 interval bit varbit point line lseg box path
  polygon circle hstore bytea`.split(/\s+/),
);

/** Fields that every table's type, filter or order has beside the columns. */
export const RESERVED_COLUMN_FIELDS: readonly string[] = ['id', 'and', 'or', 'not', 'natural', 'primaryKey'];

/** Fields of Query and Mutation that no table makes. */
export const RESERVED_ROOT_FIELDS: readonly string[] = ['query', 'node', 'id', 'clientMutationId'];
