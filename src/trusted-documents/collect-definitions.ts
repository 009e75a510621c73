import { gqlPluckFromCodeString } from '@graphql-tools/graphql-tag-pluck';
import {
  type FragmentDefinitionNode,
  Kind,
  type OperationDefinitionNode,
  parse,
  print,
  Source,
} from 'graphql';

/** A file of a client's code. */
export type SourceFile = { path: string; text: string };

export type Definitions = {
  operations: Map<string, OperationDefinitionNode>;
  fragments: Map<string, FragmentDefinitionNode>;
  /** What is wrong with them, each with its place. */
  problems: string[];
};

/**
 * Collects what a client's code asks for: all of a `.graphql` or `.gql` file, and the tagged templates (`gql`,
 * `graphql`) of other files. Fragments are known everywhere by their names, so what stands in `${…}` is left out.
 */
export async function collectDefinitions(files: SourceFile[]): Promise<Definitions> {
  const definitions: Definitions = { operations: new Map(), fragments: new Map(), problems: [] };
  for (const file of files) {
    try {
      for (const source of await sourcesOf(file)) addDefinitions(definitions, source);
    } catch (error) {
      definitions.problems.push(`${file.path}: ${(error as Error).message}`);
    }
  }
  return definitions;
}

async function sourcesOf({ path, text }: SourceFile): Promise<Source[]> {
  const isGraphql = /\.(graphql|gql)$/.test(path);
  // As it stands in the file, so that errors name the right line.
  const sources = isGraphql
    ? [new Source(text, path)]
    : await gqlPluckFromCodeString(path, text, { skipIndent: true });
  return sources.filter(({ body }) => body.trim() !== '');
}

function addDefinitions({ operations, fragments, problems }: Definitions, source: Source): void {
  for (const definition of parse(source).definitions) {
    const line = (definition.loc?.startToken.line ?? 1) + source.locationOffset.line - 1;
    const place = `${source.name}:${line}`;
    if (definition.kind !== Kind.OPERATION_DEFINITION && definition.kind !== Kind.FRAGMENT_DEFINITION) {
      problems.push(`${place}: only operations and fragments are sent by clients`);
    } else if (!definition.name) {
      problems.push(`${place}: an operation without a name; give it one`);
    } else {
      const known: Map<string, OperationDefinitionNode | FragmentDefinitionNode> =
        definition.kind === Kind.OPERATION_DEFINITION ? operations : fragments;
      const previous = known.get(definition.name.value);
      if (previous && print(previous) !== print(definition))
        problems.push(`${place}: there is another ${definition.name.value} in ${previous.loc?.source.name}`);
      known.set(definition.name.value, definition);
    }
  }
}
