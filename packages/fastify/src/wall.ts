/**
 * The wall in front of every handler: the matched route's requirement, one check, and the answer. A route nobody told
 * of is judged by its own config; a request that matches none needs a verified caller to learn so.
 */
import {
  admit,
  requestFactsOf,
  runInContext,
  undeclaredRoute,
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

/** CORS preflights carry no credential (Fetch standard §3.2.2). One that does is verified like any request. */
export function isPreflight({ method, headers }: FastifyRequest): boolean {
  const real = headers.origin !== undefined && headers['access-control-request-method'] !== undefined;
  return method === 'OPTIONS' && real && headers.authorization === undefined;
}

function deny(reply: FastifyReply, { response }: Denied): void {
  reply.code(response.status);
  for (const [name, value] of Object.entries(response.headers)) {
    reply.header(name, typeof value === 'string' ? value : [...value]);
  }
  // Bytes, because a string would go through the serializer of the application.
  reply.send(Buffer.from(response.body));
}

/** What the matched route asks for; undefined for a public one. */
function requirementOf(request: FastifyRequest): CompiledRequirement | undefined {
  if (request.is404) return unmatchedRoute;
  const { config, url } = request.routeOptions;
  const access = accessOf(config, `${request.method} ${url}`);
  if (access.kind === 'public') return undefined;
  if (access.kind === 'requirement') return access.compiled;
  request.log.error({ faults: access.faults }, 'The route declares no access, so it is refused to everybody.');
  return undeclaredRoute;
}

/** Makes the wall of a service. */
export function wallOf(auth: ServiceAuth): Wall {
  return (request, reply, proceed) => {
    const requirement = requirementOf(request);
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
    const admitted = auth.check(facts, requirement).then((verdict) => {
      if (verdict.outcome === 'denied') return deny(reply, verdict);
      admit(request.raw, verdict);
      return verdict.context;
    });
    // Two arguments, not a catch: an error out of `proceed` must not call it a second time.
    void admitted.then((context) => {
      if (context !== undefined) runInContext(context, proceed);
    }, proceed);
  };
}
