/**
 * The wall in front of every handler: the matched route's requirement, one check, and the answer. A route nobody told
 * of is judged by its own config; a request that matches none needs a verified caller to learn so.
 */
import {
  carryOut,
  requestFactsOf,
  requirementOf,
  unmatchedRoute,
  type CompiledRequirement,
  type Denied,
  type ServiceAuth,
} from '@countersign/core';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { accessOf } from './route-access.ts';

/** Hands a request on to the next hook. */
export type Proceed = (error?: Error) => void;

/** Judges a request; refused is answered, let through goes on inside the request's context. */
export type Wall = (request: FastifyRequest, reply: FastifyReply, proceed: Proceed) => void;

function deny(reply: FastifyReply, { response }: Denied): void {
  reply.code(response.status);
  for (const [name, value] of Object.entries(response.headers)) {
    reply.header(name, typeof value === 'string' ? value : [...value]);
  }
  // Bytes, because a string would go through the serializer of the application.
  reply.send(Buffer.from(response.body));
}

/** What the matched route asks for; undefined for a public one. */
function requirementFor(request: FastifyRequest): CompiledRequirement | undefined {
  if (request.is404) return unmatchedRoute;
  const { config, url } = request.routeOptions;
  const access = accessOf(config, `${request.method} ${url}`);
  if (access.kind === 'undeclared') {
    request.log.error({ faults: access.faults }, 'The route declares no access, so it is refused to everybody.');
  }
  return requirementOf(access);
}

/** Makes the wall of a service. */
export function wallOf(auth: ServiceAuth): Wall {
  return (request, reply, proceed) => {
    const requirement = requirementFor(request);
    if (requirement === undefined) {
      proceed();
      return;
    }
    const { url: route } = request.routeOptions;
    const upgrading = (request as { readonly ws?: unknown }).ws === true;
    const facts = requestFactsOf(request.raw, {
      ...(route !== undefined && { route }),
      ...(upgrading && { transport: 'websocket' }),
    });
    const carried = { carrier: request.raw, response: reply, deny: (denied: Denied) => deny(reply, denied), proceed };
    carryOut(() => auth.check(facts, requirement), carried);
  };
}
