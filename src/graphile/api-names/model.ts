/** What the names of the API are made of: an object of the database, and what its comment says of its name. */
type Named = {
  /** As `comment on` takes it: `table app_public.notes`, `column app_public.notes.body`. */
  label: string;
  name: string;
  /** The smart tags `@name` and `@fieldName` of its comment. */
  tags: { name?: string; fieldName?: string };
  /** Whether a web role reaches it; names of what none reaches are not worth a word. */
  isReachable: boolean;
};

export type ApiColumn = Named;
/** A foreign key, which is a field of the table that has it. */
export type ApiForeignKey = Named & { columns: string[] };

export type ApiTable = Named & {
  columns: ApiColumn[];
  foreignKeys: ApiForeignKey[];
  /** Columns of the unique constraints other than the primary key. */
  uniqueKeys: string[][];
  /** What the web roles may do with it, and no smart tag hides. */
  commands: ReadonlySet<'select' | 'insert' | 'update' | 'delete'>;
};

/** An enum, domain, range or composite type. */
export type ApiType = Named & {
  /** Null for what is no enum. */
  enumLabels: string[] | null;
};

export type ApiFunction = Named & {
  isMutation: boolean;
  /** The table whose row its first argument is; it may then be a field of that row. */
  ofTable: string | null;
  /** Of its input; empty where it has none. */
  argumentNames: string[];
};

/** All that one schema of the database gives to the API. */
export type ApiObjects = { tables: ApiTable[]; types: ApiType[]; functions: ApiFunction[] };

/** Of PostGraphile's inflectors, those that make names of names. */
export type Inflectors = Record<
  'camelCase' | 'upperCamelCase' | 'singularize' | 'pluralize' | 'coerceToGraphQLName' | 'withoutTypeSuffix',
  (text: string) => string
>;

export function toInflectors(inflection: GraphileBuild.Inflection): Inflectors {
  return {
    camelCase: (text) => inflection.camelCase(text),
    upperCamelCase: (text) => inflection.upperCamelCase(text),
    singularize: (text) => inflection.singularize(text),
    pluralize: (text) => inflection.distinctPluralize(text),
    coerceToGraphQLName: (text) => inflection.coerceToGraphQLName(text),
    withoutTypeSuffix: (text) => inflection.dontEndInInputOrPatch(text),
  };
}

/** An object whose own name the API cannot use. */
export type Rename = {
  object: ApiTable | ApiColumn | ApiForeignKey | ApiType | ApiFunction;
  /** The name that the API would use; empty if nothing of it is left. */
  from: string;
  /** The name that the API uses. */
  to: string;
  /** The smart tag that says so. */
  tag: { name: 'name' | 'fieldName'; value: string };
};
