import type { IncomingMessage } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { context, propagation, type Span, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import type { RequestFacts } from './request-facts.ts';

/** Milliseconds to send the rest of the spans at the end. */
const PATIENCE = 3_000;
const tracer = trace.getTracer('rowgate');

/**
 * Starts OpenTelemetry if the standard variables ask for it (`OTEL_EXPORTER_OTLP_ENDPOINT` or
 * `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT`); nothing of the SDK is loaded otherwise. The SDK reads the other variables
 * (`OTEL_SERVICE_NAME`, `OTEL_TRACES_SAMPLER`, headers …) itself.
 *
 * @returns what sends the rest and stops it.
 */
export async function startTracing(endpoint: string | undefined): Promise<() => Promise<void>> {
  if (!endpoint) return async () => {};
  const [
    { NodeTracerProvider, BatchSpanProcessor },
    { OTLPTraceExporter },
    { defaultResource, detectResources, envDetector, resourceFromAttributes },
  ] = await Promise.all([
    import('@opentelemetry/sdk-trace-node'),
    import('@opentelemetry/exporter-trace-otlp-http'),
    import('@opentelemetry/resources'),
  ]);
  const resource = defaultResource()
    .merge(resourceFromAttributes({ 'service.name': 'rowgate' }))
    .merge(detectResources({ detectors: [envDetector] }));
  const provider = new NodeTracerProvider({
    resource,
    spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter())],
  });
  provider.register();
  // Spans that nobody takes are no failure of ours, and nothing to wait for.
  return () =>
    Promise.race([provider.shutdown().catch(() => {}), delay(PATIENCE, undefined, { ref: false })]);
}

/** The span of one request, a child of the caller's if it sent a `traceparent`. */
export function startRequestSpan({ method, headers }: IncomingMessage): Span {
  return tracer.startSpan(
    `${method}`,
    { kind: SpanKind.SERVER },
    propagation.extract(context.active(), headers),
  );
}

export function endRequestSpan(
  span: Span,
  { requestId, operationType, operationName, role, codes }: RequestFacts,
  status: number,
): void {
  if (operationType) span.updateName(`${operationType} ${operationName ?? ''}`.trim());
  span.setAttributes({
    'http.response.status_code': status,
    'rowgate.request_id': requestId,
    ...(operationType ? { 'graphql.operation.type': operationType } : {}),
    ...(operationName ? { 'graphql.operation.name': operationName } : {}),
    ...(role ? { 'rowgate.role': role } : {}),
    ...(codes.length > 0 ? { 'rowgate.codes': codes } : {}),
  });
  if (status >= 500 || codes.includes('INTERNAL_SERVER_ERROR'))
    span.setStatus({ code: SpanStatusCode.ERROR });
  span.end();
}

/** Runs a piece of work, such as a transaction, in a span below another. */
export async function inSpan<T>(name: string, parent: Span | undefined, work: () => Promise<T>): Promise<T> {
  if (!parent) return work();
  const span = tracer.startSpan(name, { kind: SpanKind.CLIENT }, trace.setSpan(context.active(), parent));
  try {
    return await work();
  } catch (error) {
    span.setStatus({ code: SpanStatusCode.ERROR });
    throw error;
  } finally {
    span.end();
  }
}
