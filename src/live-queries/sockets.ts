import type { Request } from 'express';
import type { GrafservBase } from 'postgraphile/grafserv';
import type { WebSocket } from 'ws';
import { BusyClients } from '../database/busy-clients.ts';
import type { Deps } from '../deps.ts';
import { CodedError } from '../graphile/error-codes.ts';
import { toCodedError } from '../graphile/to-coded-error.ts';
import { clientNetwork } from '../rate-limits/client-network.ts';
import { factsOf } from '../telemetry/request-facts.ts';
import { endRequestSpan } from '../telemetry/tracing.ts';
import { closeNumberOf, GOING_AWAY } from './close-reasons.ts';
import { converse } from './converse.ts';
import { identifySocket } from './identify-socket.ts';
import type { LiveSocket } from './live-socket.ts';
import { makeProtocol } from './make-protocol.ts';
import { takeOver } from './upgrades.ts';

/** Milliseconds between two looks whether the sessions still live: so long a socket may outlast the expiry of its own. */
const CHECK_INTERVAL = 30_000;
/** Milliseconds in which a client has to answer that it is closing too. */
const CLOSE_TIMEOUT = 1_000;

export type Sockets = ReturnType<typeof makeSockets>;

/**
 * The websockets of a server process. Each acts for one session, which is judged when it opens, at each event by the
 * transaction that answers it, when the database says that it has ended, and every 30 seconds.
 */
export function makeSockets(deps: Deps, serv: GrafservBase) {
  const { config, notifications, turns, logger, metrics } = deps;
  const limits = config.socketLimits;
  const open = new Map<LiveSocket, WebSocket>();
  let isClosing = false;

  // Loaded with the first socket: a server without any pays nothing.
  let loaded: ReturnType<typeof load> | undefined;
  async function load() {
    const [{ WebSocketServer }, { makeServer, handleProtocols }] = await Promise.all([
      import('ws'),
      import('graphql-ws'),
    ]);
    const upgrader = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      maxPayload: config.maxRequestLength,
      perMessageDeflate: false,
      closeTimeout: CLOSE_TIMEOUT,
      handleProtocols,
    } as ConstructorParameters<typeof WebSocketServer>[0]);
    const protocol = makeProtocol(makeServer, serv, limits.subscriptions, admit);
    checks = setInterval(checkAll, CHECK_INTERVAL).unref();
    return { upgrader, protocol };
  }

  let checks: NodeJS.Timeout | undefined;
  const checkAll = () => {
    for (const live of open.keys()) void check(live);
  };
  async function check(live: LiveSocket): Promise<void> {
    try {
      if (!live.identity) return;
      const { identity } = live;
      // Not by user: whether a session has ended is not asked behind all that its user waits for.
      await turns.take(`check ${identity.session.id}`, () => identity.check(), live.closed);
    } catch (error) {
      const coded = toCodedError(error);
      // A database that cannot be asked has not said no, and shows nothing to anybody.
      if (coded?.code === 'UNAUTHENTICATED') live.end(coded);
    }
  }
  notifications?.on((payload) => {
    if (payload === null) return checkAll();
    if (!payload.startsWith('session:')) return;
    const ended = payload.slice('session:'.length);
    for (const live of open.keys()) if (live.identity?.session.id === ended) void check(live);
  });

  async function admit(live: LiveSocket, params: Record<string, unknown> | undefined): Promise<void> {
    // Before the session is judged, so that its end cannot be missed.
    await notifications?.ready();
    const identity = await turns.take(
      `admit ${live.network}`,
      () => identifySocket(deps, live.req, params),
      live.closed,
    );
    live.identity = identity;
    const { session } = identity;
    if (count(({ identity }) => identity?.session.id === session.id) > limits.session)
      throw new CodedError('RATE_LIMITED', 'This session has too many sockets.');
    const facts = factsOf(live.req);
    facts.role = session.role;
    facts.userId = session.userId;
    deps.sessionActivity.note(session.id);
  }

  function count(isCounted: (live: LiveSocket) => boolean): number {
    let found = 0;
    for (const live of open.keys()) if (isCounted(live)) found++;
    return found;
  }

  function begin(ws: WebSocket, req: Request, network: string): LiveSocket {
    const closing = new AbortController();
    const busy = new BusyClients();
    const live: LiveSocket = {
      req,
      busy,
      closed: closing.signal,
      network,
      identity: null,
      end: (error) => ws.close(closeNumberOf(error), error.code),
    };
    open.set(live, ws);
    metrics?.setOpenSockets(open.size);
    ws.once('close', (code) => {
      open.delete(live);
      closing.abort();
      busy.cancel();
      metrics?.setOpenSockets(open.size);
      const { requestId, address, startedAt, role, userId } = factsOf(req);
      const duration = Math.round(performance.now() - startedAt);
      logger.info({ requestId, path: req.baseUrl, code, duration, address, role, userId }, 'socket');
    });
    return live;
  }

  return {
    /** How many are open. */
    get size(): number {
      return open.size;
    },

    /** Makes a request a websocket. @throws CodedError `UNAVAILABLE`, or `RATE_LIMITED` when its address has too many */
    async accept(req: Request): Promise<void> {
      if (!notifications) throw new CodedError('UNAVAILABLE', 'This server has no live queries.');
      loaded ??= load();
      const { upgrader, protocol } = await loaded;
      const network = clientNetwork(factsOf(req).address);
      if (isClosing || open.size >= limits.process) throw new CodedError('UNAVAILABLE');
      if (count((live) => live.network === network) >= limits.address)
        throw new CodedError('RATE_LIMITED', 'Your address has too many sockets.');

      const { socket, head } = takeOver(req);
      const facts = factsOf(req);
      if (facts.span) endRequestSpan(facts.span, facts, 101);
      upgrader.handleUpgrade(req, socket, head, (ws) => {
        converse(ws, begin(ws, req, network), protocol, deps);
      });
    },

    /** Closes all, and lets no more in. */
    async close(): Promise<void> {
      isClosing = true;
      clearInterval(checks);
      await Promise.all(
        [...open.values()].map(
          (ws) =>
            new Promise((resolve) => {
              ws.once('close', resolve);
              ws.close(GOING_AWAY, 'The server stops.');
            }),
        ),
      );
    },
  };
}
