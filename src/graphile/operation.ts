import { getOperationAST } from 'graphql';
import { perOperation } from './per-operation.ts';
import { rootFields } from './root-fields.ts';

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

/** Describes an operation. */
export const describeOperation = perOperation((document, operationName): Operation => {
  const node = getOperationAST(document, operationName);
  const isQuery = node?.operation === 'query';
  if (isQuery || !node) return { isQuery, needsPassword: false };
  const fields = [...rootFields(document, node.selectionSet).values()];
  return { isQuery, needsPassword: fields.some(({ name }) => PASSWORD_MUTATIONS.has(name.value)) };
});
