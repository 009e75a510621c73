import type { ExpressionNode } from './expression-tree.ts';

/** What a role may do with a table; `truncate`, `references`, `trigger` are not subject to row-level security. */
export type Privilege =
  | 'select'
  | 'insert'
  | 'update'
  | 'delete'
  | 'truncate'
  | 'references'
  | 'trigger'
  | 'usage'
  | 'create'
  | 'execute';
export type Command = 'select' | 'insert' | 'update' | 'delete';

/** A right as it was granted; `public` is everybody. What an owner has by owning is not listed. */
export type Grant = { grantee: string; privilege: Privilege };

/** A right as it works out, through public and membership too. */
export type TableRight = { role: string; privilege: Privilege; columns: 'all' | string[] };

export type Role = {
  name: string;
  isSuperuser: boolean;
  bypassesRls: boolean;
  canLogin: boolean;
  /** Roles whose rights it has without doing anything, itself among them. */
  has: string[];
  /** Roles it may `set role` to, itself among them. */
  canBecome: string[];
};

export type Schema = {
  name: string;
  label: string;
  owner: string;
  grants: Grant[];
  /** Roles looked at that may use, and create in, the schema. */
  usableBy: string[];
  creatableBy: string[];
};

export type Column = {
  /** As in `pg_attribute.attnum`. */
  number: number;
  name: string;
  label: string;
  type: string;
  isNotNull: boolean;
  default: string | null;
  /** Written by PostgreSQL alone: `generated always`. */
  isGenerated: boolean;
  comment: string | null;
  grants: Grant[];
};

export type Policy = {
  name: string;
  label: string;
  command: Command | 'all';
  isPermissive: boolean;
  /** As named in the policy; `public` is everybody. */
  roles: string[];
  using: PolicyExpression | null;
  check: PolicyExpression | null;
};
export type PolicyExpression = { text: string; tree: ExpressionNode };

export type RelationKind =
  | 'table'
  | 'partitioned table'
  | 'view'
  | 'materialized view'
  | 'foreign table'
  | 'sequence';

export type Relation = {
  oid: number;
  /** Qualified, and quoted where it must be; so are all names that hold a schema. */
  name: string;
  schema: string;
  /** Without its schema, unquoted. */
  ownName: string;
  label: string;
  kind: RelationKind;
  owner: string;
  isUnlogged: boolean;
  hasRls: boolean;
  forcesRls: boolean;
  isSecurityInvoker: boolean;
  /** Tables it is a partition or child of. */
  parents: string[];
  comment: string | null;
  columns: Column[];
  policies: Policy[];
  grants: Grant[];
  /** Of the roles looked at. */
  rights: TableRight[];
  indexes: Index[];
  foreignKeys: ForeignKey[];
  triggers: Trigger[];
};

export type Index = {
  name: string;
  columns: (string | null)[];
  isPartial: boolean;
  isUnique: boolean;
  isUniqueConstraint: boolean;
};

export type ForeignKey = {
  name: string;
  columns: string[];
  references: string;
  hasOnDelete: boolean;
  definition: string;
  comment: string | null;
};

/** An enum, domain or range. */
export type DataType = {
  /** As a relation's. */
  name: string;
  schema: string;
  ownName: string;
  label: string;
  comment: string | null;
  /** In their order; null for what is no enum. */
  enumLabels: string[] | null;
};

export type Trigger = { name: string; function: string };

export type Routine = {
  oid: number;
  /** Qualified, with the types of its arguments: what `alter function` takes. */
  name: string;
  schema: string;
  ownName: string;
  label: string;
  kind: 'function' | 'procedure';
  /** What a call gives: names and types. */
  arguments: string;
  owner: string;
  language: string;
  isDefiner: boolean;
  volatility: 'immutable' | 'stable' | 'volatile';
  isStrict: boolean;
  returnsSet: boolean;
  defaultCount: number;
  /** Returns `trigger` or `event_trigger`, so no query can call it. */
  isTrigger: boolean;
  /** Settings it runs under, as `name=value`. */
  settings: string[];
  body: string;
  comment: string | null;
  grants: Grant[];
  /** Roles looked at that may execute it. */
  executableBy: string[];
};

/** What `alter default privileges` has set for objects yet to be made; schema null: in all of them. */
export type DefaultGrants = {
  owner: string;
  schema: string | null;
  objects: 'tables' | 'functions';
  grants: Grant[];
};

export type Catalogue = {
  /** As in `server_version_num`: 150004, 180001. */
  serverVersion: number;
  roles: Role[];
  /** Names of the roles that requests run as, in the order asked for. */
  webRoles: string[];
  schemas: Schema[];
  /** Of all schemas, looked at or not, those in which a web role may create: what stands there is not to be trusted. */
  writableSchemas: string[];
  relations: Relation[];
  routines: Routine[];
  dataTypes: DataType[];
  /** Every function that a policy calls, by its oid, built-in ones included. */
  calledRoutines: Map<number, Routine>;
  defaultGrants: DefaultGrants[];
};
