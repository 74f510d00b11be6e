/**
 * The facts of a call, for every kind of execution context Nest has: HTTP, GraphQL, WebSocket messages, gRPC, and messages
 * of the other transports. Other kinds carry no credential that could be read.
 */
import * as core from '@countersign/core';
import type { ExecutionContext } from '@nestjs/common';
import { messageFacts } from './messages/message-in.ts';

/** Where the request is, among the arguments of each kind of context. */
const readers: Readonly<Record<string, Reader | undefined>> = {
  http: { transport: 'http', read: ([request]) => core.nodeRequestOf(request) },
  graphql: { transport: 'graphql', read: ([, , shared]) => core.graphqlRequestOf(shared) },
  ws: { transport: 'websocket', read: ([client]) => core.handshakeOf(client as object) },
};

/** The object that stands for this call: the same for guard, interceptor and parameters, and for no other caller. */
export function carrierOf(execution: ExecutionContext): object {
  const given = execution.getArgs<unknown[]>();
  const known = readers[execution.getType<string>()]?.read(given) ?? core.grpcCallIn(given);
  // Nest makes one context per message. Of a kind we do not know nothing is shared: a new object stands for it.
  return known ?? (Object(execution.getType() === 'rpc' ? execution.switchToRpc().getContext() : undefined) as object);
}

/** The facts of a call. */
export function factsOf(execution: ExecutionContext): core.RequestFacts {
  const handler = `${execution.getClass().name}.${execution.getHandler().name}`;
  const given = execution.getArgs<[Routed, ...unknown[]]>();
  const reader = readers[execution.getType<string>()];
  const request = reader?.read(given);
  if (!reader || !request) return messageFacts(execution, handler);
  const matched = reader.transport === 'http' ? (given[0].route?.path ?? given[0].routeOptions?.url) : undefined;
  return core.requestFactsOf(request, { route: matched ?? handler, transport: reader.transport });
}

type Reader = { readonly transport: core.Transport; read(given: readonly unknown[]): core.NodeRequest | undefined };

/** The matched route, as Express and as Fastify tell it. */
type Routed = { readonly route?: { readonly path: string }; readonly routeOptions?: { readonly url?: string } };
