import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Config } from './config.ts';
import { StartError } from './errors.ts';

/**
 * Opens the server to requests. `close` lets those in progress finish, and no new ones in.
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
        httpServer.close(() => resolve());
        httpServer.closeIdleConnections();
      }),
  };
}
