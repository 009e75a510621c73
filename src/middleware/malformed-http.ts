import { type Server, STATUS_CODES } from 'node:http';
import { errorBody } from '../error-body.ts';
import { CodedError } from '../graphile/error-codes.ts';

/** The status for what Node's HTTP parser refuses; anything else is 400. */
const STATUS: Record<string, number> = { HPE_HEADER_OVERFLOW: 431, ERR_HTTP_REQUEST_TIMEOUT: 408 };

/** How long a client has to read the answer. */
const LINGER_MS = 2_000;

/** Answers what is not HTTP, or has headers that are too long, in the same JSON: such a request never reaches Express. */
export function installMalformedHttp(httpServer: Server): void {
  httpServer.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    if (!socket.writable || error.code === 'ECONNRESET') return socket.destroy();
    const status = STATUS[error.code ?? ''] ?? 400;
    const body = JSON.stringify(errorBody(new CodedError('BAD_REQUEST', `${STATUS_CODES[status]}.`)));
    // What the client still sends is read and dropped: closed with unread bytes, the connection would lose the answer.
    socket.on('data', () => {});
    setTimeout(() => socket.destroy(), LINGER_MS).unref();
    return socket.end(
      [
        `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
        'content-type: application/json; charset=utf-8',
        `content-length: ${Buffer.byteLength(body)}`,
        'cache-control: no-store',
        'connection: close',
        '',
        body,
      ].join('\r\n'),
    );
  });
}
