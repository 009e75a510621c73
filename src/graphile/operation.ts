import { type DocumentNode, getOperationAST, Kind, type SelectionSetNode } from 'graphql';

/** What the server has to know of an operation before it runs. */
export type Operation = {
  isQuery: boolean;
  /** It hashes a password, which takes long: such operations have a pool of their own. */
  needsPassword: boolean;
};

const PASSWORD_MUTATIONS = new Set([
  'issueTokens',
  'login',
  'register',
  'changePassword',
  'reauthenticate',
  'resetPassword',
  'requestAccountDeletion',
]);
const known = new WeakMap<DocumentNode, Map<string | null, Operation>>();

/** Describes an operation; remembered for each document, which grafserv keeps for as long as it caches it. */
export function describeOperation(
  document: DocumentNode,
  operationName: string | null | undefined,
): Operation {
  const key = operationName ?? null;
  const operations = known.get(document) ?? new Map<string | null, Operation>();
  known.set(document, operations);
  const operation = operations.get(key) ?? inspect(document, key);
  operations.set(key, operation);
  return operation;
}

function inspect(document: DocumentNode, operationName: string | null): Operation {
  const node = getOperationAST(document, operationName);
  const isQuery = node?.operation === 'query';
  return { isQuery, needsPassword: !isQuery && node != null && asksForPassword(document, node.selectionSet) };
}

/** Looks at the root fields, through fragments; a validated document has no fragment cycles. */
function asksForPassword(document: DocumentNode, { selections }: SelectionSetNode): boolean {
  return selections.some((selection) => {
    if (selection.kind === Kind.FIELD) return PASSWORD_MUTATIONS.has(selection.name.value);
    if (selection.kind === Kind.INLINE_FRAGMENT) return asksForPassword(document, selection.selectionSet);
    const fragment = document.definitions.find(
      (definition) =>
        definition.kind === Kind.FRAGMENT_DEFINITION && definition.name.value === selection.name.value,
    );
    return fragment?.kind === Kind.FRAGMENT_DEFINITION && asksForPassword(document, fragment.selectionSet);
  });
}
