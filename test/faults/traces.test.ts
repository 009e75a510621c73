import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { withClient } from '../../src/database/with-client.ts';
import { freePort } from '../helpers/free-port.ts';
import { CHEAP, type RowgateProcess, startRowgate } from '../helpers/rowgate-process.ts';
import { createTestDatabase, type TestDatabase } from '../helpers/test-database.ts';
import { type ReceivedSpan, startTraceReceiver } from '../helpers/trace-receiver.ts';
import { until } from '../helpers/until.ts';

const SERVER = 2;
const CLIENT = 3;
const ERROR = 2;
const PASSWORD = 'canary-password';

/** Prints the modules of OpenTelemetry's SDK that are loaded, and how many of any kind were. */
const WATCH_MODULES = `data:text/javascript,${encodeURIComponent(`
  import { registerHooks } from 'node:module';
  registerHooks({
    load(url, context, next) {
      const name = /@opentelemetry\\/(?!api\\/)[\\w-]+/.exec(url);
      if (name) console.log('loads ' + name[0]);
      return next(url, context);
    },
  });
`)}`;

describe('OpenTelemetry', () => {
  let database: TestDatabase;
  let collector: Awaited<ReturnType<typeof startTraceReceiver>>;
  let server: RowgateProcess | undefined;
  let origin: string;

  beforeAll(async () => {
    database = await createTestDatabase();
    collector = await startTraceReceiver();
    await withClient(database.owner, (client) =>
      client.query('select app_public.register($1, $2, $3)', ['ada', 'canary@example.com', PASSWORD]),
    );
  });
  afterEach(() => server?.stop());
  afterAll(async () => {
    await collector.close();
    await database.drop();
  });

  async function start(environment: Record<string, string>): Promise<RowgateProcess> {
    const port = await freePort();
    origin = `http://127.0.0.1:${port}`;
    server = startRowgate(
      ['src/main.ts', '--server-only'],
      {
        ...CHEAP,
        PORT: String(port),
        DATABASE_URL: database.authenticator,
        DATABASE_OWNER_URL: database.owner,
        ...environment,
      },
      { nodeArgs: ['--import', WATCH_MODULES] },
    );
    await server.says('Rowgate answers at');
    return server;
  }
  const ask = async (query: string, variables: object = {}, headers: Record<string, string> = {}) => {
    const response = await fetch(`${origin}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-auth-mode': 'token', ...headers },
      body: JSON.stringify({ query, variables }),
    });
    // biome-ignore lint/suspicious/noExplicitAny: what a test asks for is what it gets
    return (await response.json()) as any;
  };
  const spanNamed = (name: string) => until(() => collector.spans.find((span) => span.name === name));
  const childrenOf = ({ spanId }: ReceivedSpan) =>
    collector.spans.filter(({ parentSpanId }) => parentSpanId === spanId);
  const attributesOf = ({ attributes }: ReceivedSpan) =>
    Object.fromEntries(
      attributes.map(({ key, value }) => [
        key,
        value.arrayValue?.values.map(({ stringValue }) => stringValue) ?? value.stringValue ?? value.intValue,
      ]),
    );

  it('can be told of every request, below the span of whoever asked, and of its transactions, without a secret', async () => {
    const process = await start({
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_BSP_SCHEDULE_DELAY: '50',
      OTEL_SERVICE_NAME: 'shop',
    });
    const traceId = '0af7651916cd43dd8448eb211c80319c';
    const parent = 'b7ad6b7169203331';
    const traced = { traceparent: `00-${traceId}-${parent}-01` };

    const { csrfToken } = (await (await fetch(`${origin}/csrf-token?canary=canary-query`)).json()) as {
      csrfToken: string;
    };
    const login =
      'mutation Login($p: String!) { issueTokens(input: { username: "ada", password: $p }) { tokens { accessToken refreshToken } } }';
    await ask(login.replace('$p }', '"canary-inline" }').replace('Login($p: String!)', 'Wrong'));
    const { accessToken, refreshToken } = (await ask(login, { p: PASSWORD })).data.issueTokens.tokens;
    await ask(
      'query Mine { currentUser { username } sessions { nodes { rowId } } }',
      {},
      { ...traced, authorization: `Bearer ${accessToken}` },
    );
    await ask('query Denied { currentUser { username } userEmails { nodes { email } } }');
    await ask('query Refused { nothing }', {}, { authorization: 'Bearer canary-bearer' });

    const mine = await spanNamed('query Mine');
    expect(mine).toMatchObject({ traceId, parentSpanId: parent, kind: SERVER });
    expect(attributesOf(mine)).toEqual({
      'http.response.status_code': 200,
      'rowgate.request_id': expect.stringMatching(/^[0-9a-f-]{36}$/),
      'graphql.operation.type': 'query',
      'graphql.operation.name': 'Mine',
      'rowgate.role': 'webuser',
    });
    await until(() => childrenOf(mine).length >= 2);
    const transactions = childrenOf(mine);
    expect(transactions).toHaveLength(2);
    for (const transaction of transactions)
      expect(transaction).toMatchObject({
        name: 'transaction',
        kind: CLIENT,
        traceId,
        status: { code: 0 },
      });

    // Without a parent it begins a trace of its own.
    const denied = await spanNamed('query Denied');
    expect(denied.parentSpanId || undefined).toBeUndefined();
    expect(denied.traceId).not.toBe(traceId);
    expect(attributesOf(denied)).toMatchObject({
      'rowgate.role': 'anonymous',
      'rowgate.codes': ['UNAUTHENTICATED'],
    });
    await until(() => childrenOf(denied).some(({ status }) => status.code === ERROR));
    const wrong = await spanNamed('mutation Wrong');
    expect(attributesOf(wrong)['rowgate.codes']).toEqual(['INVALID_CREDENTIALS']);
    await until(() =>
      collector.spans.find(
        (span) => span.name === 'POST' && attributesOf(span)['http.response.status_code'] === 401,
      ),
    );
    expect([...collector.services]).toEqual(['shop']);
    expect(collector.text).not.toMatch(/canary|"ada"/);
    for (const secret of [csrfToken, accessToken, refreshToken, PASSWORD])
      expect(collector.text).not.toContain(secret);

    // What is still waiting to be sent is sent before the end.
    await ask('query Last { __typename }');
    expect(await process.stop()).toBe(0);
    expect(collector.spans.map(({ name }) => name)).toContain('query Last');
    expect(process.output).toContain('loads @opentelemetry/sdk-trace-node');
  });

  it('cannot cost anything when nobody asks for it: nothing of it is loaded, nothing is sent', async () => {
    const before = collector.spans.length;
    const process = await start({});
    expect((await ask('{ __typename }')).data).toEqual({ __typename: 'Query' });
    expect(await process.stop()).toBe(0);
    expect(process.output).not.toContain('loads @opentelemetry');
    expect(collector.spans).toHaveLength(before);
  });

  it('cannot hold a request up when the collector does not answer', async () => {
    const process = await start({
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${await freePort()}`,
      OTEL_BSP_SCHEDULE_DELAY: '50',
    });
    for (let i = 0; i < 20; i++) expect((await ask('{ currentUser { rowId } }')).errors).toBeUndefined();
    const stoppedAt = performance.now();
    expect(await process.stop()).toBe(0);
    // What supervisors grant.
    expect(performance.now() - stoppedAt).toBeLessThan(15_000);
  });
});
