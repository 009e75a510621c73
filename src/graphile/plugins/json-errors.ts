import { codeOfStatus, errorBody } from '../../error-body.ts';
import { factsOf } from '../../telemetry/request-facts.ts';
import { CodedError, isErrorCode } from '../error-codes.ts';
import { withCode } from '../mask-error.ts';
import type { ParseAndValidate } from '../parse-and-validate.ts';
import { wrapExecution } from '../wrap-execution.ts';

type Refusal = { message: string; extensions?: { code?: string; statusCode?: number } };

/**
 * Gives the errors that never reach an execution their code: documents that do not parse or do not fit the schema,
 * and requests that are no GraphQL requests, which grafserv would answer without one or in plain text.
 */
export const JsonErrorsPlugin: GraphileConfig.Plugin = {
  name: 'JsonErrorsPlugin',
  version: '1.0.0',
  grafserv: {
    middleware: {
      async processRequest(next, { requestDigest }) {
        const result = await next();
        if (result?.type !== 'error' && result?.type !== 'buffer') return result;
        const { statusCode } = result;
        if (statusCode < 400) return result;
        const said = result.type === 'buffer' ? parseErrors(result.buffer) : null;
        // Not the client's mistake, and not a refusal of our own: on to the error handler of the app, which masks and
        // logs it.
        if (statusCode >= 500 && !said?.every((error) => isRefusal(error, statusCode))) {
          const error = result.type === 'error' ? result.error : new Error(`grafserv answered ${statusCode}`);
          return { type: 'error', statusCode, headers: result.headers, error };
        }
        const errors = said?.map((error) => (isCoded(error) ? error : withCodeOfStatus(error, statusCode)));
        const req = requestDigest.requestContext.expressv4?.req;
        if (req)
          factsOf(req).codes = errors?.map(({ extensions }) => extensions?.code as string) ?? [
            codeOfStatus(statusCode),
          ];
        if (result.type === 'buffer' && said?.every(isCoded)) return result;
        const buffer = Buffer.from(JSON.stringify(errors ? { errors } : errorBody(codeOfStatus(statusCode))));
        const headers = { 'content-type': 'application/json; charset=utf-8' };
        return { type: 'buffer', statusCode, headers, buffer };
      },
      setPreset(next, event) {
        wrapExecution(event, { parseAndValidate: withCodes });
        return next();
      },
    },
  },
};

function parseErrors(buffer: Buffer): Refusal[] | null {
  try {
    return JSON.parse(buffer.toString()).errors ?? null;
  } catch {
    return null; // e.g. the page that says that a file of GraphiQL does not exist
  }
}

const isCoded = ({ extensions }: Refusal) =>
  isErrorCode(extensions?.code) && extensions.statusCode === undefined;

/** What `toSafeError` made. */
const isRefusal = ({ extensions }: Refusal, statusCode: number) =>
  isErrorCode(extensions?.code) && extensions.statusCode === statusCode;

/** Completes what grafserv says to the client. Its message for a status other than 400 is not as clear as ours. */
function withCodeOfStatus({ message, extensions }: Refusal, statusCode: number) {
  const { statusCode: _, ...rest } = extensions ?? {};
  if (isErrorCode(rest.code)) return { message, extensions: rest };
  const error = new CodedError(codeOfStatus(statusCode), statusCode === 400 ? message : undefined);
  return { message: error.message, extensions: error.extensions };
}

/** Only a syntax error points at a place in the source; a validation error points at nodes, or at nothing. */
function withCodes(parseAndValidate: ParseAndValidate): ParseAndValidate {
  return (query) => {
    const result = parseAndValidate(query);
    if (result.errors === undefined) return result;
    const errors = result.errors.map((error) => {
      const isSyntaxError = error.nodes === undefined && error.source !== undefined;
      return withCode(error, isSyntaxError ? 'GRAPHQL_PARSE_FAILED' : 'GRAPHQL_VALIDATION_FAILED');
    });
    return { errors };
  };
}
