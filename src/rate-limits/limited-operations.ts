import {
  type DocumentNode,
  type FieldNode,
  getOperationAST,
  Kind,
  OperationTypeNode,
  type SelectionSetNode,
  valueFromASTUntyped,
} from 'graphql';

/** Which limit an operation falls under, and by what it names the account that it is about. */
type Rule = { limit: 'logins' | 'refreshes' | 'mails'; account?: 'username' | 'email' | 'session' };

const RULES: Record<string, Rule> = {
  login: { limit: 'logins', account: 'username' },
  issueTokens: { limit: 'logins', account: 'username' },
  reauthenticate: { limit: 'logins', account: 'session' },
  changePassword: { limit: 'logins', account: 'session' },
  createAccessToken: { limit: 'logins', account: 'session' },
  resetPassword: { limit: 'logins' },
  refreshTokens: { limit: 'refreshes' },
  register: { limit: 'mails', account: 'email' },
  forgotPassword: { limit: 'mails', account: 'email' },
  createUserEmail: { limit: 'mails', account: 'session' },
  resendEmailVerification: { limit: 'mails', account: 'session' },
  requestAccountDeletion: { limit: 'mails', account: 'session' },
};

export type LimitedOperation = {
  limit: Rule['limit'];
  /** As the client named it; null when it named none. */
  account: { kind: NonNullable<Rule['account']>; value: string } | null;
};

const fieldsByDocument = new WeakMap<DocumentNode, Map<string | null, FieldNode[]>>();

/** The limited operations of a request: each counts, however many of them one document holds. */
export function limitedOperations(
  document: DocumentNode,
  operationName: string | null,
  variables: Record<string, unknown> | null | undefined,
  sessionId: string | null,
): LimitedOperation[] {
  return limitedFields(document, operationName).map((field) => {
    const { limit, account: kind } = RULES[field.name.value] as Rule;
    const value = kind === 'session' ? sessionId : kind && inputOf(field, variables)?.[kind];
    return { limit, account: kind && typeof value === 'string' ? { kind, value } : null };
  });
}

/** Remembered for each document, which is why a request without such operations pays nothing. */
function limitedFields(document: DocumentNode, operationName: string | null): FieldNode[] {
  const known = fieldsByDocument.get(document) ?? new Map<string | null, FieldNode[]>();
  fieldsByDocument.set(document, known);
  let fields = known.get(operationName);
  if (!fields) {
    const operation = getOperationAST(document, operationName);
    const isMutation = operation?.operation === OperationTypeNode.MUTATION;
    fields = isMutation ? rootFields(document, operation.selectionSet) : [];
    known.set(operationName, fields);
  }
  return fields;
}

/** By their key in the answer: what has the same key is the same operation, and runs once. */
function rootFields(document: DocumentNode, selectionSet: SelectionSetNode): FieldNode[] {
  const fields = new Map<string, FieldNode>();
  const visited = new Set<string>();
  const visit = ({ selections }: SelectionSetNode): void => {
    for (const selection of selections) {
      if (selection.kind === Kind.FIELD) {
        if (Object.hasOwn(RULES, selection.name.value))
          fields.set((selection.alias ?? selection.name).value, selection);
      } else if (selection.kind === Kind.INLINE_FRAGMENT) {
        visit(selection.selectionSet);
      } else if (!visited.has(selection.name.value)) {
        visited.add(selection.name.value);
        for (const definition of document.definitions)
          if (definition.kind === Kind.FRAGMENT_DEFINITION && definition.name.value === selection.name.value)
            visit(definition.selectionSet);
      }
    }
  };
  visit(selectionSet);
  return [...fields.values()];
}

function inputOf(
  field: FieldNode,
  variables: Record<string, unknown> | null | undefined,
): Record<string, unknown> | null {
  const argument = field.arguments?.find(({ name }) => name.value === 'input');
  const value = argument && valueFromASTUntyped(argument.value, variables ?? {});
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null;
}
