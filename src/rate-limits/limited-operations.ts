import {
  type DocumentNode,
  type FieldNode,
  getOperationAST,
  OperationTypeNode,
  valueFromASTUntyped,
} from 'graphql';
import { perOperation } from '../graphile/per-operation.ts';
import { rootFields } from '../graphile/root-fields.ts';
import { type Variables, variableDefaults, variableValues } from '../graphile/variable-values.ts';

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

/** The limited operations of a request: each counts, however many of them one document holds. */
export function limitedOperations(
  document: DocumentNode,
  operationName: string | null,
  variables: Variables,
  sessionId: string | null,
): LimitedOperation[] {
  const { fields, defaults } = limitedFields(document, operationName);
  if (fields.length === 0) return [];
  const values = variableValues(defaults, variables);
  return fields.map((field) => {
    const { limit, account: kind } = RULES[field.name.value] as Rule;
    const value = kind === 'session' ? sessionId : kind && inputOf(field, values)?.[kind];
    return { limit, account: kind && typeof value === 'string' ? { kind, value } : null };
  });
}

const limitedFields = perOperation((document, operationName) => {
  const operation = getOperationAST(document, operationName);
  if (operation?.operation !== OperationTypeNode.MUTATION) return { fields: [], defaults: {} };
  const all = rootFields(document, operation.selectionSet).values();
  const fields = [...all].filter(({ name }) => Object.hasOwn(RULES, name.value));
  return { fields, defaults: variableDefaults(operation) };
});

function inputOf(field: FieldNode, values: Record<string, unknown>): Record<string, unknown> | null {
  const argument = field.arguments?.find(({ name }) => name.value === 'input');
  const value = argument && valueFromASTUntyped(argument.value, values);
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null;
}
