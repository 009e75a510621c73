import { randomUUID } from 'node:crypto';
import type { ErrorRequestHandler, Express, Response } from 'express';
import type { Deps } from '../deps.ts';
import { codeOfStatus, errorBody } from '../error-body.ts';
import { toCodedError } from '../graphile/to-coded-error.ts';
import { stackWithoutMessage } from '../stack-without-message.ts';
import { factsOf } from '../telemetry/request-facts.ts';

export const answerNotFound = (res: Response): void => void res.status(404).json(errorBody('NOT_FOUND'));

/** Answers what nothing above has answered, in the same JSON as GraphQL's own errors. */
export function installErrors(app: Express, { logger }: Deps): void {
  app.use((req, res, next) => {
    // Express knows the methods of the path; of one that it does not know it says so to `answerNotFound`.
    if (req.method === 'OPTIONS') return next();
    return answerNotFound(res);
  });

  const onError: ErrorRequestHandler = (error, req, res, next) => {
    if (res.headersSent) return next(error);
    const coded = toCodedError(error);
    if (coded) factsOf(req).codes = [coded.code];
    if (coded) return res.status(coded.statusCode).json(errorBody(coded));

    const status = Number(error?.statusCode);
    const code = status >= 400 && status < 500 ? codeOfStatus(status) : 'INTERNAL_SERVER_ERROR';
    factsOf(req).codes = [code];
    if (code !== 'INTERNAL_SERVER_ERROR') return res.status(status).json(errorBody(code));

    const errorId = randomUUID();
    logger.error({ errorId, name: error?.name, stack: stackWithoutMessage(error) }, 'unexpected error');
    return res.status(500).json(errorBody(code, { errorId }));
  };
  app.use(onError);
}
