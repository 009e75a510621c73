import type { IncomingMessage } from 'node:http';

/** Bytes and milliseconds for which a client may go on sending after it was answered: so long it has to read the answer. */
const MAX_REST = 1_000_000;
const PATIENCE = 1_000;
const INTERVAL = 20;

/**
 * Ends the connection of a request that was answered before all of it had come, such as one that is too large: Node would
 * read the rest to its end. A client that stops by itself keeps its connection.
 */
export function cutOff(req: IncomingMessage): void {
  const { socket } = req;
  const limit = socket.bytesRead + MAX_REST;
  const until = performance.now() + PATIENCE;
  const timer = setInterval(() => {
    const isOver = socket.bytesRead > limit || performance.now() > until;
    if (!req.complete && !socket.destroyed && !isOver) return;
    clearInterval(timer);
    if (!req.complete) socket.destroy();
  }, INTERVAL);
  timer.unref();
}
