/** How a gRPC call ended: its status, read from trailers or from a response of headers only (gRPC over HTTP/2). */
import { safeText } from '@countersign/core';
import type { IncomingHttpHeaders } from 'node:http2';

/** Names of the status codes, by number. */
const statusNames = [
  'OK',
  'CANCELLED',
  'UNKNOWN',
  'INVALID_ARGUMENT',
  'DEADLINE_EXCEEDED',
  'NOT_FOUND',
  'ALREADY_EXISTS',
  'PERMISSION_DENIED',
  'RESOURCE_EXHAUSTED',
  'FAILED_PRECONDITION',
  'ABORTED',
  'OUT_OF_RANGE',
  'UNIMPLEMENTED',
  'INTERNAL',
  'UNAVAILABLE',
  'DATA_LOSS',
  'UNAUTHENTICATED',
] as const;

/** A status of gRPC. */
export type GrpcStatus = (typeof statusNames)[number];

/** The end of a call. */
export interface GrpcEnd {
  readonly status: GrpcStatus;
  /** What the other side says, or what is wrong with it: safe to show. */
  readonly problem: string;
}

/** What HTTP says where gRPC says nothing. */
const statusOfHttp: Readonly<Record<number, GrpcStatus>> = {
  400: 'INTERNAL',
  401: 'UNAUTHENTICATED',
  403: 'PERMISSION_DENIED',
  404: 'UNIMPLEMENTED',
  429: 'UNAVAILABLE',
  502: 'UNAVAILABLE',
  503: 'UNAVAILABLE',
  504: 'UNAVAILABLE',
};
const longestMessage = 200;

/** `grpc-message` is percent-encoded UTF-8. */
function decodeMessage(text: unknown): string {
  if (typeof text !== 'string') return '';
  try {
    return safeText(decodeURIComponent(text), longestMessage);
  } catch {
    return safeText(text, longestMessage);
  }
}

/** The status that these headers or trailers carry, if they do. */
export function endOf(fields: IncomingHttpHeaders): GrpcEnd | undefined {
  const text = fields['grpc-status'];
  if (text === undefined) return undefined;
  const name = typeof text === 'string' && /^\d{1,2}$/.test(text) ? statusNames[Number(text)] : undefined;
  return { status: name ?? 'UNKNOWN', problem: decodeMessage(fields['grpc-message']) };
}

/** Why these response headers begin no gRPC response, if they do not. */
export function refusedResponse(headers: IncomingHttpHeaders): GrpcEnd | undefined {
  const http = Number(headers[':status']);
  if (http !== 200) return { status: statusOfHttp[http] ?? 'UNKNOWN', problem: `HTTP status ${http}` };
  const type = headers['content-type'] ?? '';
  if (/^application\/grpc(?:[+;]|$)/.test(type)) return undefined;
  return { status: 'UNKNOWN', problem: 'the response is not gRPC' };
}
