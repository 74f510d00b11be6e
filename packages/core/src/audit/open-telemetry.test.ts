import { context, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { afterAll, expect, test } from 'vitest';
import { createServiceAuth } from '../enforcement/create-service-auth.ts';
import { factsWith, fakeTokens, standingClock } from '../enforcement/pipeline.test-kit.ts';
import { compileRequirement } from '../policy/requirement.ts';
import { fanOut } from './audit-sink.ts';
import { memorySink } from './memory-sink.ts';
import { openTelemetrySpan } from './open-telemetry.ts';

afterAll(() => {
  context.disable();
});

test('without an SDK the sink does nothing', () => {
  expect(() => openTelemetrySpan().write({} as never)).not.toThrow();
});

test('the decision stands on the active span, and the event carries the ids of that span', async () => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  const exporter = new InMemorySpanExporter();
  const tracer = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }).getTracer('test');
  const memory = memorySink();
  const auth = createServiceAuth({
    service: 'spiffe://prod.test/inventory',
    audience: 'https://inventory.test',
    accept: [fakeTokens()],
    audit: fanOut(openTelemetrySpan(), memory),
    clock: standingClock(),
  });
  const span = tracer.startSpan('GET /stock/:sku');
  await context.with(trace.setSpan(context.active(), span), () =>
    auth.check(factsWith({ authorization: 'Bearer good' }), compileRequirement({ scope: 'inventory:write' }, 'a test')),
  );
  span.end();
  const [finished] = exporter.getFinishedSpans();
  expect(finished?.attributes).toMatchObject({
    'countersign.caller.id': 'oauth:https://issuer.test#orders',
    'countersign.auth.outcome': 'failure',
    'countersign.policy.decision': 'deny',
    'countersign.token.scopes': ['inventory:read'],
    'error.type': 'SCOPE_INSUFFICIENT',
    'security_rule.uuid': 'requirement.scope',
  });
  expect(JSON.stringify(finished?.attributes)).not.toContain('good');
  expect(memory.events[0]).toMatchObject({ trace_id: span.spanContext().traceId, span_id: span.spanContext().spanId });
});
