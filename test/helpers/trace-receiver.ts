import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

type Value = {
  stringValue?: string;
  intValue?: number;
  boolValue?: boolean;
  arrayValue?: { values: Value[] };
};
export type ReceivedSpan = {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  kind: number;
  attributes: { key: string; value: Value }[];
  status: { code: number };
};

/** A collector of OpenTelemetry traces, by OTLP over HTTP in JSON, that keeps what it is sent. */
export async function startTraceReceiver() {
  const spans: ReceivedSpan[] = [];
  let text = '';
  const services = new Set<string | undefined>();
  const server = createServer(async (req, res) => {
    let body = '';
    for await (const chunk of req) body += chunk;
    text += body;
    if (req.method === 'POST' && req.url === '/v1/traces') {
      for (const { resource, scopeSpans } of JSON.parse(body).resourceSpans) {
        const name = resource.attributes.find(({ key }: { key: string }) => key === 'service.name');
        services.add(name?.value.stringValue);
        for (const scope of scopeSpans) spans.push(...scope.spans);
      }
    }
    res.setHeader('content-type', 'application/json').end('{}');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans,
    services,
    /** All that was sent, as it was sent. */
    get text() {
      return text;
    },
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
