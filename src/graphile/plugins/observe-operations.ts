import type { Request } from 'express';
import { type DocumentNode, type ExecutionResult, type GraphQLError, getOperationAST } from 'graphql';
import { isPromiseLike } from 'postgraphile/grafast';
import type { Deps } from '../../deps.ts';
import { factsOf } from '../../telemetry/request-facts.ts';
import { classifyError } from '../classify-error.ts';
import { isErrorCode } from '../error-codes.ts';
import { rootFields } from '../root-fields.ts';

/** Mutations that are worth a line of their own in the log, beside the audit events in the database. */
const ACCOUNT_MUTATIONS = new Set([
  'register',
  'login',
  'logout',
  'issueTokens',
  'refreshTokens',
  'createAccessToken',
  'changePassword',
  'forgotPassword',
  'resetPassword',
  'reauthenticate',
  'createUserEmail',
  'deleteUserEmail',
  'verifyEmail',
  'makeEmailPrimary',
  'requestAccountDeletion',
  'confirmAccountDeletion',
  'deleteSession',
  'endOtherSessions',
  'setUserRole',
  'suspendUser',
  'reinstateUser',
  'endSessionsOfUser',
]);

/** Notes what an operation was and how it ended, for the log and the metrics. Names and codes; never arguments. */
export function makeObserveOperationsPlugin({
  logger,
  metrics,
}: Pick<Deps, 'logger' | 'metrics'>): GraphileConfig.Plugin {
  function note(
    req: Request,
    document: DocumentNode,
    operationName: string | null | undefined,
    result: unknown,
  ): void {
    const facts = factsOf(req);
    const { errors = [], data } = result as ExecutionResult;
    facts.codes = errors.map(codeOf);

    const operation = getOperationAST(document, operationName);
    facts.operationType = operation?.operation;
    facts.operationName = operation?.name?.value;
    if (operation?.operation !== 'mutation') return;
    for (const [key, field] of rootFields(document, operation.selectionSet)) {
      if (!ACCOUNT_MUTATIONS.has(field.name.value)) continue;
      const failure = errors.findIndex((error) => error.path?.[0] === key);
      const wasSkipped = failure === -1 && !(key in (data ?? {}));
      if (wasSkipped) continue;
      const outcome = failure === -1 ? 'ok' : (facts.codes[failure] as string);
      metrics?.countAccountEvent(field.name.value, outcome);
      const { requestId, role, userId, address } = facts;
      logger.info({ event: field.name.value, outcome, requestId, role, userId, address }, 'account');
    }
  }

  return {
    name: 'ObserveOperationsPlugin',
    version: '1.0.0',
    grafast: {
      middleware: {
        execute(next, { args }) {
          const { document, operationName, requestContext } = args;
          const req = requestContext?.expressv4?.req as Request | undefined;
          const result = next();
          if (!req) return result;
          if (!isPromiseLike(result)) {
            note(req, document, operationName, result);
            return result;
          }
          return result.then((settled) => {
            note(req, document, operationName, settled);
            return settled;
          });
        },
      },
    },
  };
}

function codeOf(error: GraphQLError): string {
  const classified = classifyError(error);
  if (classified.kind === 'unexpected') return 'INTERNAL_SERVER_ERROR';
  if (classified.kind === 'coded') return classified.error.code;
  const { code } = classified.error.extensions;
  return isErrorCode(code as string) ? (code as string) : 'GRAPHQL_VALIDATION_FAILED';
}
