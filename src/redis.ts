import { createClient } from 'redis';
import type { Logger } from './logger.ts';

export type Redis = ReturnType<typeof createClient>;

/** Milliseconds. */
const CONNECT_TIMEOUT = 2_000;
const RECONNECT_AT_MOST_EVERY = 1_000;

/**
 * A client that reconnects by itself. While it is not connected, commands fail at once instead of waiting: what needs
 * Redis answers `UNAVAILABLE`, and nobody is taken for somebody else.
 */
export function makeRedis(url: string, logger: Logger): Redis {
  const redis = createClient({
    url,
    disableOfflineQueue: true,
    socket: {
      connectTimeout: CONNECT_TIMEOUT,
      reconnectStrategy: (retries) => Math.min(retries * 100, RECONNECT_AT_MOST_EVERY),
    },
  });
  redis.on('error', (error: Error) => logger.warn({ reason: error.message || String(error) }, 'redis'));
  redis.connect().catch(() => {}); // said by the listener, and tried again
  return redis as Redis;
}
