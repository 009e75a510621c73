import type { Request, Response } from 'express';
import { isPromiseLike } from 'postgraphile/grafast';
import type { Deps } from '../../deps.ts';
import type { LiveSocket } from '../../live-queries/live-socket.ts';
import type { AcceptedDocument } from '../../query-limits/make-read-document.ts';
import { clientNetwork } from '../../rate-limits/client-network.ts';
import { setRetryAfter } from '../../rate-limits/set-retry-after.ts';
import { CHEAP, type DocumentCost } from '../../rate-limits/work-of-request.ts';
import { factsOf, type RequestFacts } from '../../telemetry/request-facts.ts';
import { threadMilliseconds } from '../../telemetry/thread-milliseconds.ts';
import { CodedError } from '../error-codes.ts';
import { toSafeError } from '../to-safe-error.ts';

/** What was taken for a request, and what it really costs. */
export type Work = { cost: DocumentCost; taken: number; planning: number };

/**
 * Holds back the expensive requests of a client that has kept the process busy for its share of the time. What a document
 * costs is estimated from its size until it has run, and then learned; those that were cheap pass, whatever the client did
 * before. Its validation, which happens once, is charged when it is done.
 */
export function makeWorkLimitsPlugin({
  readDocument,
  workBudgets,
}: Pick<Deps, 'readDocument' | 'workBudgets'>): GraphileConfig.Plugin {
  function admit(facts: RequestFacts, cost: DocumentCost): Promise<void> | undefined {
    const taken = cost.isCheap ? 0 : cost.expected;
    facts.work = { cost, taken, planning: 0 };
    return taken === 0 ? undefined : workBudgets?.admit(clientNetwork(facts.address), taken);
  }

  /** Lets the client pay for the validation of a document that was not seen before. */
  function expectValidation(reading: AcceptedDocument, client: string, taken = 0): void {
    if (reading.chargeValidation === null) return;
    reading.chargeValidation = (milliseconds) =>
      // What was taken for an invalid document is not given back otherwise, as it does not run.
      workBudgets?.charge(client, milliseconds - (reading.isInvalid ? taken : 0));
  }

  function settle({ work, budget, address }: RequestFacts): void {
    if (!work) return;
    const cost = work.cost.learn(work.planning, budget);
    const rest = cost - work.taken;
    if (cost >= CHEAP || work.taken > 0) workBudgets?.charge(clientNetwork(address), rest);
  }

  return {
    name: 'WorkLimitsPlugin',
    version: '1.0.0',
    grafserv: {
      middleware: {
        processGraphQLRequestBody(next, { body, request, graphqlWsContext }) {
          const reading = typeof body.query === 'string' ? readDocument(body.query) : null;
          // What cannot be read is not executed either.
          if (!workBudgets || !reading || reading.refusal || reading.isInvalid) return next();
          const { req, res } = (request?.requestContext.expressv4 ?? {}) as { req?: Request; res?: Response };
          const live = (graphqlWsContext?.extra as { socket?: LiveSocket } | undefined)?.socket;
          const refuse = (error: unknown) => {
            if (res) setRetryAfter(res, error);
            throw error instanceof CodedError ? toSafeError(error) : error;
          };
          try {
            const { cost } = reading.inspect(body.variableValues as Record<string, unknown>);
            // Of a socket, what it has cost is taken when it is known: when it was planned, and at each event.
            const wait = req
              ? admit(factsOf(req), cost)
              : live && workBudgets.admit(`sockets ${live.network}`, 0);
            if (req) expectValidation(reading, clientNetwork(factsOf(req).address), factsOf(req).work?.taken);
            else if (live) expectValidation(reading, `sockets ${live.network}`);
            return wait?.then(next, refuse) ?? next();
          } catch (error) {
            return refuse(error);
          }
        },
      },
    },
    grafast: {
      middleware: {
        execute(next, { args }) {
          const startedAt = threadMilliseconds();
          const result = next();
          const facts = factsOfContext(args.requestContext);
          if (!facts?.work) return result;
          // Up to here nothing was waited for: it was planned, unless there was a plan.
          facts.work.planning = threadMilliseconds() - startedAt;
          if (!isPromiseLike(result)) {
            settle(facts);
            return result;
          }
          return Promise.resolve(result).finally(() => settle(facts));
        },
        subscribe(next, { args }) {
          const startedAt = threadMilliseconds();
          const result = next();
          const live = args.requestContext?.ws?.socket as unknown as LiveSocket | undefined;
          if (live) workBudgets?.charge(`sockets ${live.network}`, threadMilliseconds() - startedAt);
          return result;
        },
      },
    },
  };
}

function factsOfContext(context: Partial<Grafast.RequestContext> | undefined): RequestFacts | undefined {
  const req = context?.expressv4?.req as Request | undefined;
  return req && factsOf(req);
}
