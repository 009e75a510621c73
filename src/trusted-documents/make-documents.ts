import { createHash } from 'node:crypto';
import {
  type DefinitionNode,
  type DocumentNode,
  type FragmentDefinitionNode,
  type GraphQLSchema,
  Kind,
  print,
  type SelectionNode,
  validate,
  visit,
} from 'graphql';
import type { ReadDocument } from '../query-limits/make-read-document.ts';
import type { Definitions } from './collect-definitions.ts';

export type TrustedDocuments = {
  /** What the server reads: the documents by their ids, the SHA-256 of each in hexadecimal. */
  documents: Record<string, string>;
  /** What the client needs: the ids by the names of the operations. */
  ids: Record<string, string>;
  problems: string[];
};

type Checks = { schema: GraphQLSchema; readDocument: ReadDocument; addTypename: boolean };

/** Makes a document of each operation and the fragments that it spreads, and checks it as the server will. */
export function makeDocuments(
  { operations, fragments }: Definitions,
  { schema, readDocument, addTypename }: Checks,
): TrustedDocuments {
  const byId = new Map<string, string>();
  const ids: Record<string, string> = {};
  const problems = new Set<string>();
  for (const [name, operation] of [...operations].sort(byKey)) {
    const used = [...fragmentsOf(operation, fragments)].sort(byKey).map(([, fragment]) => fragment);
    const document: DocumentNode = { kind: Kind.DOCUMENT, definitions: [operation, ...used] };
    for (const error of validate(schema, document)) problems.add(String(error));

    const text = print(addTypename ? withTypenames(document) : document);
    const { refusal } = readDocument(text);
    if (refusal) problems.add(`${operation.loc?.source.name}: ${name}: ${refusal.message}`);
    const id = createHash('sha256').update(text).digest('hex');
    byId.set(id, text);
    ids[name] = id;
  }
  return { documents: Object.fromEntries([...byId].sort(byKey)), ids, problems: [...problems] };
}

/** The fragments that a definition spreads, and those that they spread. One that nobody defined is found by `validate`. */
function fragmentsOf(
  definition: DefinitionNode,
  fragments: Map<string, FragmentDefinitionNode>,
  found = new Map<string, FragmentDefinitionNode>(),
): Map<string, FragmentDefinitionNode> {
  visit(definition, {
    FragmentSpread({ name: { value: name } }) {
      const fragment = fragments.get(name);
      if (!fragment || found.has(name)) return;
      found.set(name, fragment);
      fragmentsOf(fragment, fragments, found);
    },
  });
  return found;
}

/** As the caches of Apollo, urql and others need it: the name of the type with every object. */
function withTypenames(document: DocumentNode): DocumentNode {
  const typename: SelectionNode = { kind: Kind.FIELD, name: { kind: Kind.NAME, value: '__typename' } };
  return visit(document, {
    SelectionSet(node, _key, parent) {
      const isRoot = (parent as DefinitionNode | undefined)?.kind === Kind.OPERATION_DEFINITION;
      const hasOne = node.selections.some(
        (selection) => selection.kind === Kind.FIELD && selection.name.value === '__typename',
      );
      return isRoot || hasOne ? undefined : { ...node, selections: [...node.selections, typename] };
    },
  });
}

const byKey = ([a]: [string, unknown], [b]: [string, unknown]) => (a < b ? -1 : 1);
