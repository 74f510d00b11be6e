import { context, trace, TraceFlags } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { afterAll, expect, test } from 'vitest';
import { formatTraceparent, parseTraceparent, traceContextOf } from './trace-context.ts';

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
const spanId = '00f067aa0ba902b7';
const good = `00-${traceId}-${spanId}-01`;

afterAll(() => {
  context.disable();
});

test('a traceparent is read and written', () => {
  expect(parseTraceparent(good)).toEqual({ traceId, spanId, sampled: true });
  expect(formatTraceparent({ traceId, spanId, sampled: true })).toBe(good);
  expect(parseTraceparent(`00-${traceId}-${spanId}-00`)?.sampled).toBe(false);
  expect(parseTraceparent(`01-${traceId}-${spanId}-01-future`)?.traceId).toBe(traceId);
});

test.each([
  ['upper-case hex', good.toUpperCase()],
  ['an all-zero trace id', `00-${'0'.repeat(32)}-${spanId}-01`],
  ['an all-zero span id', `00-${traceId}-${'0'.repeat(16)}-01`],
  ['version ff', `ff-${traceId}-${spanId}-01`],
  ['something after version 00', `${good}-x`],
  ['a short trace id', `00-${traceId.slice(1)}-${spanId}-01`],
  ['a line break', `${good}\nx`],
  ['nothing', ''],
])('%s is no trace context', (_case, text) => {
  expect(parseTraceparent(text)).toBeUndefined();
});

test('the trace of the caller goes on with a span of our own', () => {
  const continued = traceContextOf([good]);
  expect(continued.traceId).toBe(traceId);
  expect(continued.spanId).not.toBe(spanId);
});

test('two headers, or a bad one, begin a new trace', () => {
  expect(traceContextOf([good, good]).traceId).not.toBe(traceId);
  expect(traceContextOf(['rubbish']).traceId).toMatch(/^[0-9a-f]{32}$/);
});

test('an active span is the trace, whatever the header says', () => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  const span = trace.wrapSpanContext({
    traceId: 'a'.repeat(32),
    spanId: 'b'.repeat(16),
    traceFlags: TraceFlags.SAMPLED,
  });
  const found = context.with(trace.setSpan(context.active(), span), () => traceContextOf([good]));
  expect(found).toEqual({ traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), sampled: true });
});
