import type { Server } from 'graphql-ws';
import type { RawData, WebSocket } from 'ws';
import type { Deps } from '../deps.ts';
import { CodedError } from '../graphile/error-codes.ts';
import { toCodedError } from '../graphile/to-coded-error.ts';
import { stackWithoutMessage } from '../stack-without-message.ts';
import { factsOf } from '../telemetry/request-facts.ts';
import type { LiveSocket } from './live-socket.ts';

/** What graphql-ws hands to its hooks. */
export type Extra = { request: LiveSocket['req']; socket: LiveSocket };

/** Milliseconds between two pings. Who has not answered one when the next is due is gone; so are the half-open. */
const PING_INTERVAL = 15_000;
/** Bytes that may wait for a client that does not read; an answer to a subscription is some kilobytes. */
const MAX_BUFFERED = 1_000_000;

/** Speaks graphql-transport-ws with one client, as long as it reads what it is sent and answers pings. */
export function converse(
  ws: WebSocket,
  live: LiveSocket,
  protocol: Server<Extra>,
  { rateLimits, logger }: Pick<Deps, 'rateLimits' | 'logger'>,
): void {
  let hasAnswered = true;
  ws.on('pong', () => {
    hasAnswered = true;
  });
  const pings = setInterval(() => {
    if (!hasAnswered) return ws.terminate();
    hasAnswered = false;
    ws.ping();
  }, PING_INTERVAL);
  pings.unref();

  const closed = protocol.opened(
    {
      protocol: ws.protocol,
      close: (code, reason) => ws.close(code, reason),
      send: (data) =>
        new Promise((resolve) => {
          if (ws.readyState !== ws.OPEN) return resolve();
          if (ws.bufferedAmount > MAX_BUFFERED) {
            ws.terminate();
            return resolve();
          }
          ws.send(data, () => resolve());
        }),
      onMessage: (handle) => {
        ws.on('message', (data, isBinary) => {
          receive(data, isBinary, handle).catch(end);
        });
      },
    },
    { request: live.req, socket: live },
  );

  // Each message is counted like a request of its own.
  async function receive(data: RawData, isBinary: boolean, handle: (text: string) => Promise<void>) {
    if (isBinary) throw new CodedError('BAD_REQUEST');
    await rateLimits?.admitRequest(factsOf(live.req).address);
    if (ws.readyState === ws.OPEN) await handle(String(data));
  }

  function end(error: Error): void {
    const isOfProtocol = error.message.startsWith('Unexpected message of type');
    const coded = isOfProtocol ? new CodedError('BAD_REQUEST') : toCodedError(error);
    if (!coded) logger.error({ stack: stackWithoutMessage(error) }, 'unexpected error of a socket');
    live.end(coded ?? new CodedError('INTERNAL_SERVER_ERROR'));
  }

  // `ws` itself closes the connection; it says why in the number.
  ws.on('error', () => {});
  ws.once('close', (code, reason) => {
    clearInterval(pings);
    void closed(code, String(reason));
  });
}
