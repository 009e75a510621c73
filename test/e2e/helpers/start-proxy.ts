import { once } from 'node:events';
import { createServer, request } from 'node:http';

/**
 * A proxy that ends TLS and hands requests on, to one server after the other. Its own side is plain HTTP here; what it
 * tells the servers is the same.
 */
export async function startProxy(targets: string[]) {
  const served = new Map(targets.map((target) => [target, 0]));
  let next = 0;
  const server = createServer((incoming, outgoing) => {
    const target = targets[next++ % targets.length] as string;
    served.set(target, served.get(target)! + 1);
    const headers = {
      ...incoming.headers,
      'x-forwarded-for': incoming.socket.remoteAddress,
      'x-forwarded-proto': 'https',
      'x-forwarded-host': incoming.headers.host,
    };
    const forwarded = request(`http://${target}${incoming.url}`, { method: incoming.method, headers });
    forwarded.on('response', (response) => {
      outgoing.writeHead(response.statusCode as number, response.rawHeaders);
      response.pipe(outgoing);
    });
    forwarded.on('error', () => outgoing.writeHead(502).end());
    incoming.pipe(forwarded);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    server,
    /** How many requests each server has had. */
    served,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
