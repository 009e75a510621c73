import { GraphQLError } from 'graphql';

type Inflection = GraphileBuild.Inflection;
type Codec = Parameters<Inflection['tableType']>[0];

/** How many objects a message names; what is wrong with the first often makes the others fail. */
const MOST_NAMED = 5;

/**
 * What to say of a schema that cannot be built: the reason, and the objects of the database that it is about. graphile-build
 * names types of the API only, such as `Query`, and not the table behind them.
 *
 * @param input what was read of the database; undefined when reading failed
 */
export function describeSchemaFailure(
  error: Error,
  input: GraphileBuild.BuildInput | undefined,
  inflection: Inflection,
): string {
  const reasons = error instanceof AggregateError ? error.errors.map(messageOf) : [messageOf(error)];
  const objects = input ? objectsNamedIn(reasons.join('\n'), input, inflection) : [];
  const about = objects.length > 0 ? ` It is about ${objects.slice(0, MOST_NAMED).join(', ')}.` : '';
  return (
    `The GraphQL schema cannot be built: ${reasons[0]}.${about} ` +
    "Rename what it is about, or give it another name in the API: comment on table … is E'@name other_name'."
  );
}

const messageOf = (error: Error) =>
  (error instanceof GraphQLError ? error.message : String(error.message))
    .replace(/\s+/g, ' ')
    .replace(/\.$/, '');

/** The objects whose name, or whose type in the API, the text has in quotes; as `schema.name`. */
function objectsNamedIn(text: string, input: GraphileBuild.BuildInput, inflection: Inflection): string[] {
  const names = new Set([...text.matchAll(/['"`]([\w.-]+)['"`]/g)].map(([, name]) => name as string));
  const found = Object.values(input.pgRegistry.pgCodecs).flatMap((codec) => {
    const { pg } = (codec as { extensions?: { pg?: { schemaName: string; name: string } } }).extensions ?? {};
    if (!pg || !isProjects(pg.schemaName)) return [];
    const isNamed = [pg.name, ...apiNames(codec as Codec, inflection)].some((name) => names.has(name));
    return isNamed ? [`${pg.schemaName}.${pg.name}`] : [];
  });
  return [...new Set(found)];
}

const isProjects = (schema: string) => schema !== 'pg_catalog' && schema !== 'information_schema';

/** What the API calls things that are made of a type or table. */
function apiNames(codec: Codec, inflection: Inflection): string[] {
  const inflectors = [inflection.tableType, inflection.enumType, inflection.tableConnectionType];
  return inflectors.flatMap((inflect) => {
    try {
      return [(inflect as (codec: Codec) => string).call(inflection, codec)];
    } catch {
      return []; // not of this kind
    }
  });
}
