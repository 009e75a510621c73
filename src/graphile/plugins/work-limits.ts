import type { Request, Response } from 'express';
import { isPromiseLike } from 'postgraphile/grafast';
import type { Deps } from '../../deps.ts';
import type { LiveSocket } from '../../live-queries/live-socket.ts';
import { clientNetwork } from '../../rate-limits/client-network.ts';
import { setRetryAfter } from '../../rate-limits/set-retry-after.ts';
import { CHEAP, type DocumentCost } from '../../rate-limits/work-of-request.ts';
import { factsOf, type RequestFacts } from '../../telemetry/request-facts.ts';
import { CodedError } from '../error-codes.ts';
import { toSafeError } from '../to-safe-error.ts';

/** What was taken for a request, and what it really costs. */
export type Work = { cost: DocumentCost; taken: number; planning: number };

/**
 * Holds back the expensive requests of a client that has kept the process busy for its share of the time. What a document
 * costs is estimated from its size until it has run, and then learned; cheap ones pass, whatever the client did before.
 */
export function makeWorkLimitsPlugin({
  readDocument,
  workBudgets,
}: Pick<Deps, 'readDocument' | 'workBudgets'>): GraphileConfig.Plugin {
  function admit(facts: RequestFacts, cost: DocumentCost): Promise<void> | undefined {
    const taken = cost.expected < CHEAP ? 0 : cost.expected;
    facts.work = { cost, taken, planning: 0 };
    return taken === 0 ? undefined : workBudgets?.admit(clientNetwork(facts.address), taken);
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

/** Of the processor, which other processes use, too: what they do in between is not this client's work. */
function threadMilliseconds(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}
