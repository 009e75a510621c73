import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';

/** A proxy in front of PostgreSQL that makes every `begin` fail, as a cancel does that arrives at that moment. */
export async function startBreakingBegin(databaseUrl: string) {
  const target = new URL(databaseUrl);
  const server = createServer((client) => {
    const database = connect(Number(target.port || 5432), target.hostname);
    client.on('data', (chunk) => {
      const at = chunk.indexOf('begin\0');
      if (at >= 0) chunk.write('bogus', at);
      database.write(chunk);
    });
    database.pipe(client);
    for (const socket of [client, database]) socket.on('error', () => {});
    client.on('close', () => database.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = new URL(databaseUrl);
  url.host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url: url.href, close: () => void server.close() };
}
