/**
 * A refusal, to each kind of Nest application: answered byte by byte over HTTP, and thrown as the exception its filters
 * know. Exceptions carry what the caller may read; the reason is in the audit event.
 */
import type { ServerResponse } from 'node:http';
import { answerFinally, problemOf, type Denied } from '@countersign/core';
import { HttpException } from '@nestjs/common';
import { refusedMessage } from './messages/refused-message.ts';

/** A reply of Fastify, as far as it is used here. */
type Reply = { readonly raw: ServerResponse; hijack(): void; getHeaders(): Record<string, string> };

/** Ends a response of Express or Fastify, with a refusal or with no content. */
export function answer(response: ServerResponse | Reply, denied?: Denied): void {
  if (!('raw' in response)) return answerFinally(response, denied);
  response.hijack();
  // What hooks have set so far, such as CORS headers, would otherwise be lost.
  for (const [name, value] of Object.entries(response.getHeaders())) response.raw.setHeader(name, value);
  answerFinally(response.raw, denied);
}

/** A refused call. Over HTTP it is already answered when a filter sees it. */
export class DeniedException extends HttpException {
  constructor(denied: Denied) {
    super(problemOf(denied), denied.response.status);
    this.message = problemOf(denied).detail;
  }
}

/** The exception for a kind of execution context. The optional packages are there when their contexts are. */
export async function exceptionFor(type: string, denied: Denied): Promise<Error> {
  if (type === 'ws') return new (await import('@nestjs/websockets')).WsException(problemOf(denied));
  return type === 'rpc' ? refusedMessage(denied) : new DeniedException(denied);
}
