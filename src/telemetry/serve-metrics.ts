import { createServer } from 'node:http';
import { listen } from '../listen.ts';

type Source = { contentType: string; metrics(): Promise<string> };

/**
 * Answers Prometheus on a port of its own, which is not for the public. @returns what closes it.
 * @throws StartError `PORT_TAKEN`
 */
export async function serveMetrics(
  source: Source,
  address: { host: string; port: number },
): Promise<() => Promise<void>> {
  const server = createServer(async (_req, res) => {
    try {
      res.setHeader('content-type', source.contentType).end(await source.metrics());
    } catch {
      res.writeHead(503).end();
    }
  });
  return (await listen(server, address)).close;
}
