/**
 * W3C Trace Context (level 2), without an SDK. The ids correlate; they prove nothing. A malformed or doubled header
 * is as if absent, and a new trace begins.
 */
import { isSpanContextValid, trace, TraceFlags } from '@opentelemetry/api';
import { randomHex } from '../runtime/random-id.ts';

/** Where this request stands in its trace. */
export interface TraceContext {
  /** 32 lower-case hex digits. */
  readonly traceId: string;
  /** 16 lower-case hex digits: the span of this request in this service. */
  readonly spanId: string;
  readonly sampled: boolean;
}

const traceparent = /^(?!ff)[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;
const zeroTrace = '0'.repeat(32);
const zeroSpan = '0'.repeat(16);

/** Reads a traceparent header (§3.2). Answers undefined for anything the specification calls invalid. */
export function parseTraceparent(text: string): TraceContext | undefined {
  const match = traceparent.exec(text);
  if (match === null) return undefined;
  const [, traceId = zeroTrace, spanId = zeroSpan, flags = '00', rest] = match;
  if (traceId === zeroTrace || spanId === zeroSpan) return undefined;
  // Version 00 ends after the flags; a higher version may carry more.
  if (rest !== undefined && text.startsWith('00')) return undefined;
  return { traceId, spanId, sampled: (Number.parseInt(flags, 16) & 1) === 1 };
}

/** Writes a traceparent header. */
export function formatTraceparent(context: TraceContext): string {
  return `00-${context.traceId}-${context.spanId}-${context.sampled ? '01' : '00'}`;
}

/**
 * The trace of a request: the active OpenTelemetry span when there is one, else the caller's trace with a span of
 * our own, else a new trace.
 */
export function traceContextOf(headerValues: readonly string[]): TraceContext {
  const active = trace.getActiveSpan()?.spanContext();
  if (active !== undefined && isSpanContextValid(active)) {
    return {
      traceId: active.traceId,
      spanId: active.spanId,
      sampled: (active.traceFlags & TraceFlags.SAMPLED) === TraceFlags.SAMPLED,
    };
  }
  const [only] = headerValues;
  const incoming = headerValues.length === 1 && only !== undefined ? parseTraceparent(only) : undefined;
  return {
    traceId: incoming?.traceId ?? randomHex(16),
    spanId: randomHex(8),
    sampled: incoming?.sampled ?? false,
  };
}
