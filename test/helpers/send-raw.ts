import { once } from 'node:events';
import type { Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';

export type RawAnswer = { status: number; headers: Record<string, string>; body: string };

/**
 * Sends a request as it is written here, with headers that no client library would send, on a connection of its own.
 *
 * @param head the request line and headers; `connection: close` is added, and the length of the body
 */
export async function sendRaw(
  server: Server,
  head: string[],
  body: string | Buffer = '',
): Promise<RawAnswer> {
  const { port } = server.address() as AddressInfo;
  const socket = connect(port, '127.0.0.1');
  const chunks: Buffer[] = [];
  socket.on('data', (chunk) => chunks.push(chunk));
  const closed = once(socket, 'close');
  const lines = [
    ...head,
    'connection: close',
    ...(body.length > 0 ? [`content-length: ${Buffer.byteLength(body)}`] : []),
  ];
  socket.write(`${lines.join('\r\n')}\r\n\r\n`);
  socket.write(body);
  await closed;
  return parse(Buffer.concat(chunks).toString());
}

function parse(text: string): RawAnswer {
  const end = text.indexOf('\r\n\r\n');
  const [first = '', ...lines] = text.slice(0, end).split('\r\n');
  const headers = Object.fromEntries(
    lines.map((line) => [
      line.slice(0, line.indexOf(':')).toLowerCase(),
      line.slice(line.indexOf(':') + 1).trim(),
    ]),
  );
  const rest = text.slice(end + 4);
  const body =
    headers['transfer-encoding'] === 'chunked'
      ? rest.replace(/^[0-9a-f]+\r\n|\r\n[0-9a-f]+\r\n/gi, '').trim()
      : rest;
  return { status: Number(first.split(' ')[1]), headers, body };
}
