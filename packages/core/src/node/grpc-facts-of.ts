/**
 * RequestFacts from a call of @grpc/grpc-js, by its shape, and what a refusal is in gRPC. Node's HTTP/2 drops a second
 * `authorization` header before grpc-js sees it; one that is joined by commas is refused as over HTTP.
 */
import { X509Certificate } from 'node:crypto';
import type { RequestFacts } from '../credential/request-facts.ts';
import { problemOf } from '../enforcement/problem.ts';
import type { Denied } from '../enforcement/verdict.ts';
import { requestIdOf } from './request-facts-of.ts';

/** A call on the server side, as far as it is read here. */
export interface GrpcCall {
  readonly metadata: { get(name: string): readonly (string | Uint8Array)[] };
  getPath(): string;
  emit?(event: 'error', status: object): unknown;
  getAuthContext?(): { readonly sslPeerCertificate?: { readonly raw: Uint8Array } | undefined };
}

/** Status codes of gRPC (grpc/doc/statuscodes.md) for those of HTTP; what is left is UNAUTHENTICATED. */
const codes: Readonly<Record<number, number>> = { 403: 7, 500: 13, 503: 14 };
const unauthenticated = 16;

function isGrpcCall(value: unknown): value is GrpcCall {
  const call = value as Partial<GrpcCall> | null | undefined;
  return typeof call?.getPath === 'function' && typeof call.metadata?.get === 'function';
}

/** The call among the arguments of a handler. Data from the wire is never taken for one: it has no functions. */
export function grpcCallIn(given: readonly unknown[]): GrpcCall | undefined {
  return given.find(isGrpcCall);
}

/** The facts of a call. */
export function grpcFactsOf(call: GrpcCall): RequestFacts {
  // grpc-js tells of a certificate only where its server demanded one and OpenSSL's path check passed.
  const certificate = call.getAuthContext?.().sslPeerCertificate?.raw;
  const path = call.getPath();
  return Object.freeze({
    transport: 'grpc',
    method: 'POST',
    target: path,
    route: path,
    header: (name: string) => call.metadata.get(name).map(String),
    ...(certificate !== undefined && {
      peerCertificate: Object.freeze({ chain: [new X509Certificate(certificate)] as const, tlsAuthorized: true }),
    }),
    requestId: requestIdOf(call),
  });
}

/** The status of a refusal: what grpc-js takes as the error of a call. */
export function grpcStatusOf(denied: Denied): { readonly code: number; readonly message: string } {
  return { code: codes[denied.response.status] ?? unauthenticated, message: problemOf(denied).detail };
}

/**
 * Ends a call whose handler was to answer it by itself: one that got the call first, and perhaps a callback. Answers
 * whether this was such a call; others are answered by what the framework makes of a thrown error.
 */
export function endGrpcCall([call, callback]: readonly unknown[], denied: Denied): boolean {
  if (!isGrpcCall(call)) return false;
  const status = grpcStatusOf(denied);
  if (typeof callback === 'function') callback(status);
  else call.emit?.('error', status);
  return true;
}
