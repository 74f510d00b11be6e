/** A driver without a framework: what an adapter does, in forty lines. Faults can be planted in it. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createSecureServer } from 'node:http2';
import { createServer } from 'node:https';
import {
  admit,
  compileRequirement,
  maybeCallerOfCarrier,
  requestFactsOf,
  resourceMetadata,
  runInContext,
  takeForwardedHeaders,
  unmatchedRoute,
  writeDenial,
  type CompiledRequirement,
  type RequestFacts,
  type Verdict,
} from '@countersign/core';
import { listenOnLoopback } from '../listen-on-loopback.ts';
import type { ConformanceDriver } from './driver.ts';
import type { HttpProtocol } from './http-protocol.ts';
import type { ConformanceRoute } from './service.ts';

/** Faults of an adapter. */
export interface PlantedFaults {
  /** Changes the facts before the check. */
  readonly facts?: (facts: RequestFacts, request: IncomingMessage) => RequestFacts;
  /** Lets a request in although its verdict is this. */
  readonly letsIn?: (verdict: Verdict) => boolean;
  /** Requests that are not checked at all. */
  readonly skips?: (request: IncomingMessage) => boolean;
  /** Runs handlers outside the context of the request. */
  readonly losesContext?: true;
  /** Answers 404 before anybody is checked. */
  readonly tellsPaths?: true;
  /** Leaves the headers of the proxy where handlers see them. */
  readonly showsForwarded?: true;
  /** Takes who was let in on a connection for everybody on it. */
  readonly remembersConnection?: true;
  /** Reads requests leniently. */
  readonly readsLeniently?: true;
  /** Sends the reason code to the caller. */
  readonly tellsReason?: true;
}

interface Route {
  readonly route: ConformanceRoute;
  readonly pattern: RegExp;
  /** Undefined for public routes. */
  readonly requirement: CompiledRequirement | undefined;
}

function routeOf(route: ConformanceRoute): Route {
  const { path, access } = route;
  return {
    route,
    pattern: new RegExp(`^${path.replaceAll(/:\w+/g, '[^/]+')}$`),
    requirement: 'public' in access ? undefined : compileRequirement(access.allow, path),
  };
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString();
  return text === '' ? undefined : JSON.parse(text);
}

function answer(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
}

/** The connection of a request: its session over HTTP/2. */
function connectionOf(request: IncomingMessage): object {
  const { stream } = request as { readonly stream?: { readonly session?: object } };
  return stream?.session ?? request.socket;
}

/** The driver, with these faults. */
export function plainNodeDriver(
  name: string,
  faults: PlantedFaults = {},
  protocol: HttpProtocol = 'http/1.1',
): ConformanceDriver {
  return {
    name,
    protocol,
    start: async ({ auth, tls, routes }) => {
      const table = Object.values(routes).map(routeOf);
      const remembered = new WeakMap<object, Verdict>();
      const metadata = auth.resourceMetadata === undefined ? undefined : resourceMetadata(auth);
      const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
        const path = (request.url ?? '').split('?')[0] ?? '';
        const method = request.method === 'HEAD' ? 'GET' : request.method;
        const found = table.find(({ route, pattern }) => route.method === method && pattern.test(path));
        if (found === undefined && faults.tellsPaths === true) return answer(response, 404, {});
        const handle = async (): Promise<void> => {
          if (found === undefined) return answer(response, 404, {});
          const body = await readJson(request);
          answer(
            response,
            200,
            await found.route.answer({ caller: maybeCallerOfCarrier(request), body, raw: request }),
          );
        };
        if (found !== undefined && found.requirement === undefined) return handle();
        if (faults.skips?.(request) === true) return handle();
        const place = found === undefined ? {} : { route: found.route.path };
        const facts = requestFactsOf(request, place);
        const judged = await auth.check(faults.facts?.(facts, request) ?? facts, found?.requirement ?? unmatchedRoute);
        const verdict = remembered.get(connectionOf(request)) ?? judged;
        if (faults.remembersConnection === true && verdict.outcome !== 'denied') {
          remembered.set(connectionOf(request), verdict);
        }
        if (verdict.outcome === 'denied' && faults.letsIn?.(verdict) !== true) {
          if (faults.tellsReason === true) response.setHeader('x-reason', verdict.reason);
          return faults.tellsReason === true
            ? answer(response, verdict.response.status, { reason: verdict.reason })
            : writeDenial(response, verdict);
        }
        if (verdict.outcome !== 'denied') admit(request, verdict);
        if (faults.losesContext === true) return handle();
        return runInContext(verdict.context, handle);
      };
      const listener = (request: IncomingMessage, response: ServerResponse): void => {
        if (faults.showsForwarded !== true) takeForwardedHeaders(auth, request);
        const next = (): void => void serve(request, response).catch(() => answer(response, 500, {}));
        if (metadata === undefined) next();
        else metadata(request, response, next);
      };
      // The compatibility API of HTTP/2 is that of HTTP/1.1, as far as it is used here.
      const server =
        protocol === 'h2'
          ? createSecureServer({ ...tls, allowHTTP1: false }, listener as never)
          : createServer({ ...tls, insecureHTTPParser: faults.readsLeniently === true }, listener);
      const { port, close } = await listenOnLoopback(server);
      return { port, close };
    },
  };
}
