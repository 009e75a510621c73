import { createHmac } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { HttpResponse, http } from 'msw';
import { startMocks } from '../../mocks/start-mocks.ts';
import { readConfig } from '../../src/config.ts';
import { PRODUCTION } from '../helpers/production.ts';
import { until } from '../helpers/until.ts';
import { useWorker } from '../helpers/worker.ts';

const URL_OF_HOOK = 'https://hooks.example.com/rowgate';
const SECRET = '7d1f0a4be24c7c8a6d0b3f5e7c1a2d4b';

/** What was received, with the answers that are still to be given: 204 when there is none. */
function useReceiver() {
  let mocks: ReturnType<typeof startMocks>;
  const received: Array<{ headers: Headers; body: string }> = [];
  const answers: number[] = [];

  beforeAll(() => {
    mocks = startMocks();
    mocks.use(
      http.post(URL_OF_HOOK, async ({ request }) => {
        received.push({ headers: request.headers, body: await request.text() });
        const status = answers.shift() ?? 204;
        return new HttpResponse(null, {
          status,
          headers: status === 302 ? { location: 'https://elsewhere.example/' } : {},
        });
      }),
    );
  });
  afterEach(() => {
    received.length = 0;
  });
  afterAll(() => mocks.close());
  return { received, answers };
}

describe('the task post_webhook', () => {
  const receiver = useReceiver();
  const worker = useWorker(undefined, { WEBHOOK_URL: URL_OF_HOOK, WEBHOOK_SECRET: SECRET });
  const isDone = (id: string) => until(async () => (await worker.job(id)) === undefined);
  const failure = (id: string) =>
    until(async () => {
      const job = await worker.job(id);
      return job?.last_error && !job.locked_by ? job.last_error : null;
    });

  it('can post an event that the receiver can verify', async () => {
    const id = await worker.addJob('post_webhook', { event: 'note.created', data: { id: 7 } });
    await isDone(id);
    const [{ headers, body }] = receiver.received as [{ headers: Headers; body: string }];
    expect(JSON.parse(body)).toEqual({
      type: 'note.created',
      timestamp: expect.stringMatching(/^\d{4}-/),
      data: { id: 7 },
    });
    expect(headers.get('webhook-id')).toBe(`job_${id}`);
    const seconds = headers.get('webhook-timestamp');
    expect(Math.abs(Number(seconds) - Date.now() / 1000)).toBeLessThan(60);
    const expected = createHmac('sha256', SECRET).update(`job_${id}.${seconds}.${body}`).digest('base64');
    expect(headers.get('webhook-signature')).toBe(`v1,${expected}`);
  });

  it.each([500, 302])(
    'can be answered with %i, and is then posted again with the same id',
    async (status) => {
      receiver.answers.push(status);
      const id = await worker.addJob('post_webhook', { event: 'note.created', data: null });
      expect(await failure(id)).toBe(`The webhook was answered with ${status}.`);
      await worker.retryNow();
      await isDone(id);
      expect(receiver.received.map(({ headers }) => headers.get('webhook-id'))).toEqual([
        `job_${id}`,
        `job_${id}`,
      ]);
    },
  );
});

describe('the task post_webhook without WEBHOOK_URL', () => {
  const receiver = useReceiver();
  const worker = useWorker();

  it('can be asked for, and sends nothing', async () => {
    const id = await worker.addJob('post_webhook', { event: 'note.created', data: {} });
    await until(async () => (await worker.job(id)) === undefined);
    expect(receiver.received).toEqual([]);
  });
});

describe('the settings of a webhook', () => {
  it('cannot be without a secret, or with a short one', () => {
    const read = (settings: Record<string, string>) => () =>
      readConfig({ WEBHOOK_URL: URL_OF_HOOK, ...settings });
    expect(read({})).toThrow('WEBHOOK_SECRET must be set with WEBHOOK_URL');
    expect(read({ WEBHOOK_SECRET: 'short' })).toThrow('WEBHOOK_SECRET must be at least 32 characters long');
    expect(read({ WEBHOOK_SECRET: SECRET, WEBHOOK_URL: 'https://user:password@hooks.example.com' })).toThrow(
      'WEBHOOK_URL must hold no user name and password',
    );
    expect(read({ WEBHOOK_SECRET: SECRET })().webhook).toEqual({ url: URL_OF_HOOK, secret: SECRET });
  });
});

describe('the mocks', () => {
  const loud = jest.spyOn(console, 'error').mockImplementation(() => {});
  let mocks: ReturnType<typeof startMocks>;
  beforeAll(() => {
    mocks = startMocks();
  });
  afterAll(() => {
    mocks.close();
    loud.mockRestore();
  });

  it('can answer a webhook', async () => {
    expect((await fetch(URL_OF_HOOK, { method: 'POST', body: '{}' })).status).toBe(204);
  });

  it('cannot let a request out that they do not know, and say which', async () => {
    await expect(fetch('https://unknown.example/path?key=secret')).rejects.toThrow();
    expect(loud.mock.calls.flat().join(' ')).toContain('No mock answers GET https://unknown.example/path,');
    expect(loud.mock.calls.flat().join(' ')).not.toContain('key=secret');
  });

  it('cannot be on in production', () => {
    expect(() => readConfig({ ...PRODUCTION, MOCKS: 'on' })).toThrow('MOCKS must be off in production');
    expect(readConfig(PRODUCTION).mocks).toBe(false);
  });

  it('can leave this machine alone', async () => {
    const { createServer } = await import('node:http');
    const server = createServer((_req, res) => res.end('here')).listen(0, '127.0.0.1');
    await until(() => server.listening);
    const { port } = server.address() as { port: number };
    expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe('here');
    server.close();
  });
});
