import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Config } from './config.ts';
import { StartError } from './errors.ts';

/** Milliseconds that requests in progress get to finish; supervisors commonly wait 15 s. */
const GRACE = 10_000;

/**
 * Opens the server to requests. `close` lets those in progress finish, and no new connections in.
 *
 * @throws StartError `PORT_TAKEN` or `ADDRESS_NOT_USABLE`
 */
export async function listen(
  httpServer: Server,
  { host, port }: Pick<Config, 'host' | 'port'>,
): Promise<{ url: string; close(): Promise<void> }> {
  httpServer.listen(port, host);
  try {
    await once(httpServer, 'listening');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EADDRINUSE') {
      throw new StartError(
        'PORT_TAKEN',
        `Port ${port} is taken. Stop what uses it, or choose another: PORT=${port + 1} npm start`,
      );
    }
    throw new StartError(
      'ADDRESS_NOT_USABLE',
      `Cannot listen on ${host}:${port} (${code}). Set HOST and PORT to an address of this machine.`,
    );
  }
  const { port: actualPort } = httpServer.address() as AddressInfo;
  return {
    url: `http://${host === '127.0.0.1' || host === '0.0.0.0' ? 'localhost' : host}:${actualPort}`,
    close: () =>
      new Promise((resolve) => {
        // Clients that keep their connections open are told to leave, or they would go on for ever.
        httpServer.prependListener('request', (_req, res) => res.setHeader('connection', 'close'));
        httpServer.keepAliveTimeout = 1;
        // Those that never end their requests.
        const timer = setTimeout(() => httpServer.closeAllConnections(), GRACE);
        httpServer.close(() => {
          clearTimeout(timer);
          resolve();
        });
      }),
  };
}
