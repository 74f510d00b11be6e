/**
 * Takes the headers in which proxies tell of client certificates off a request, before the application sees them: what it
 * cannot see it cannot believe, and cannot relay to the next service. Done for every request of a service that trusts a
 * proxy, whoever sent it and whatever becomes of it. Nothing else of the request changes.
 */
import type { Server } from 'node:net';
import type { ServiceAuth } from '../enforcement/service-auth.ts';
import type { NodeRequest } from './request-facts-of.ts';
import type { NodeMiddleware } from './resource-metadata.ts';
import { takenLines, type ForwardedLine } from './taken-lines.ts';

type Headers = Record<string, unknown>;

/** Node makes these from `rawHeaders` when they are first read, and keeps them: they must be made while that is whole. */
function headersOf(request: NodeRequest): readonly Headers[] {
  const { headers, headersDistinct = {} } = request as NodeRequest & { readonly headersDistinct?: object };
  return [headers as Headers, headersDistinct as Headers];
}

/** Takes them off. Does nothing where the service trusts no proxy. A second service may look for more names. */
export function takeForwardedHeaders(auth: Pick<ServiceAuth, 'forwardedHeaders'>, request: NodeRequest): void {
  const { forwardedHeaders: names } = auth;
  const earlier = takenLines.get(request);
  if (names === undefined || earlier?.names === names) return;
  const { rawHeaders: raw } = request;
  const taken: ForwardedLine[] = [];
  const kept: string[] = [];
  for (let index = 0; index < raw.length; index += 2) {
    const [name = '', value = ''] = [raw[index], raw[index + 1]];
    const lower = name.toLowerCase();
    // Some servers and frameworks take an underscore for a hyphen.
    if (names.has(lower) || names.has(lower.replaceAll('_', '-'))) taken.push([lower, value]);
    else kept.push(name, value);
  }
  takenLines.set(request, { lines: Object.freeze([...(earlier?.lines ?? []), ...taken]), names });
  if (taken.length === 0) return;
  for (const headers of headersOf(request)) for (const [name] of taken) delete headers[name];
  raw.splice(0, raw.length, ...kept);
}

/** Every event by which Node hands over a request. */
const events: readonly unknown[] = ['request', 'upgrade', 'connect', 'checkContinue', 'checkExpectation'];
const guarded = new WeakMap<object, Set<object>>();

/**
 * Takes them off every request of a server, in front of everything that listens to it, also of what begins to later. An
 * event without a listener stays without: Node answers those by itself.
 */
export function hideForwardedHeaders(auth: Pick<ServiceAuth, 'forwardedHeaders'>, server: Server): void {
  const { forwardedHeaders } = auth;
  if (forwardedHeaders === undefined) return;
  const known = guarded.get(server) ?? new Set();
  guarded.set(server, known);
  if (known.has(forwardedHeaders)) return;
  known.add(forwardedHeaders);
  const take = (request: NodeRequest): void => takeForwardedHeaders(auth, request);
  let isComing = false;
  const standInFront = (event: string): void => {
    if (isComing || !events.includes(event) || server.listeners(event).includes(take)) return;
    // Another service that stands in front of the same event comes when this one does.
    isComing = true;
    server.prependListener(event, take);
    isComing = false;
  };
  for (const event of ['request', ...(server.eventNames() as string[])]) standInFront(event);
  server.on('newListener', standInFront);
}

/** The same as a middleware, to be mounted before all others: for frameworks that do not know their server at start. */
export function withoutForwardedHeaders(auth: Pick<ServiceAuth, 'forwardedHeaders'>): NodeMiddleware {
  return function withoutForwardedHeaders(request, _response, next) {
    takeForwardedHeaders(auth, request);
    next();
  };
}
