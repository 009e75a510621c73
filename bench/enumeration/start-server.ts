import { fileURLToPath } from 'node:url';
import type { DatabaseUrls } from '../../src/database/urls.ts';
import { startChild } from '../process/child.ts';

/** Starts the server to be measured in a process of its own, as production would. */
export async function startServer({ authenticator, owner }: DatabaseUrls) {
  const child = startChild(new URL('../contestants/serve.ts', import.meta.url), {
    args: [fileURLToPath(new URL('./server.ts', import.meta.url))],
    env: { PATH: process.env.PATH, NODE_ENV: 'production', GRAPHILE_ENV: 'production' },
    // Its log has a line for each request.
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const settings = { authenticatorUrl: authenticator, ownerUrl: owner, constantUserId: '' };
  const port = await child.ask<number>('start', settings);
  return { url: `http://127.0.0.1:${port}`, stop: () => child.stop() };
}
