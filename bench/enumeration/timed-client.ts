import { Agent, request } from 'node:http';
import { performance } from 'node:perf_hooks';

export type Timed = { milliseconds: number; status: number; body: string };
export type TimedPost = (headers: Record<string, string>, body: unknown) => Promise<Timed>;

/** Posts GraphQL on one connection, and measures from the first byte sent to the last one received. */
export function makeTimedPost(serverUrl: string): TimedPost & { close(): void } {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const post: TimedPost = (headers, body) => {
    const content = Buffer.from(JSON.stringify(body));
    return new Promise((resolve, reject) => {
      const startedAt = performance.now();
      const sent = request(
        `${serverUrl}/graphql`,
        {
          method: 'POST',
          agent,
          headers: { ...headers, 'content-type': 'application/json', 'content-length': content.length },
        },
        (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('error', reject);
          response.on('end', () => {
            const milliseconds = performance.now() - startedAt;
            resolve({
              milliseconds,
              status: response.statusCode as number,
              body: Buffer.concat(chunks).toString(),
            });
          });
        },
      );
      sent.on('error', reject);
      sent.end(content);
    });
  };
  return Object.assign(post, { close: () => agent.destroy() });
}
