/**
 * The service that the conformance cases call. A driver builds these routes in its framework, with its framework's
 * words for the requirements; each handler answers what the function of the same name returns.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { currentCaller, maybeCurrentCaller, type Caller, type NodeRequest, type Requirement } from '@countersign/core';

/** Ids of the workloads in the conformance world. */
export const workloads = {
  service: 'spiffe://prod.test/inventory',
  orders: 'spiffe://prod.test/orders',
  web: 'spiffe://prod.test/web',
  /** Stands in front of the service, where a case says so. */
  proxy: 'spiffe://prod.test/proxy',
} as const;

/** How a route is declared. */
export type ConformanceAccess = { readonly public: string } | { readonly allow: Requirement };

/** One route of the service. */
export interface ConformanceRoute {
  readonly method: 'GET' | 'POST';
  /** Express and Fastify syntax. */
  readonly path: string;
  readonly access: ConformanceAccess;
  /** What the handler answers, as JSON, with status 200. What it throws is the framework's to answer. */
  readonly answer: (request: HandledRequest) => unknown;
}

/** What a handler may use. The driver fills it from its framework. */
export interface HandledRequest {
  /** `callerOf(request)`, or the parameter of `@CurrentCaller()`; undefined on optional routes without caller. */
  readonly caller: Caller | undefined;
  readonly body: unknown;
  /** The request of Node, as the handler can see it. */
  readonly raw?: NodeRequest | undefined;
}

const anyCaller = 'every workload of the conformance world';

/** What a handler tells about its caller. */
function describe(caller: Caller | undefined): object {
  return {
    caller: caller?.id ?? null,
    subject: caller?.subject?.id ?? null,
    tenant: caller?.tenant ?? null,
    actors: caller?.actors ?? [],
    scopes: [...(caller?.scopes ?? [])],
    // The context must agree with the request object, or something leaks.
    context: maybeCurrentCaller()?.id ?? null,
  };
}

/** Every header name that a handler can see, wherever Node and the framework keep them. */
function headerNames({ raw }: HandledRequest): readonly string[] {
  if (raw === undefined) throw new Error('The driver does not hand the request of Node to its handlers.');
  const { headers, rawHeaders, headersDistinct = {} } = raw as NodeRequest & { readonly headersDistinct?: object };
  const names = [
    ...Object.keys(headers),
    ...Object.keys(headersDistinct),
    ...rawHeaders.filter((_one, at) => at % 2 === 0),
  ];
  return [...new Set(names.map((name) => name.toLowerCase()))];
}

/** The routes. */
export const conformanceRoutes: Readonly<Record<string, ConformanceRoute>> = {
  health: { method: 'GET', path: '/healthz', access: { public: 'liveness probe' }, answer: () => ({ ok: true }) },
  whoami: {
    method: 'GET',
    path: '/whoami',
    access: { allow: { anyCaller } },
    answer: ({ caller }) => describe(caller),
  },
  optional: {
    method: 'GET',
    path: '/optional',
    access: { allow: { anyCaller, optional: true } },
    answer: ({ caller }) => describe(caller),
  },
  readStock: {
    method: 'GET',
    path: '/stock/:sku',
    access: { allow: { caller: workloads.orders, scope: 'inventory:read' } },
    answer: ({ caller }) => describe(caller),
  },
  writeStock: {
    method: 'POST',
    path: '/stock/:sku',
    access: { allow: { scope: ['inventory:read', 'inventory:write'] } },
    answer: ({ caller, body }) => ({ ...describe(caller), body }),
  },
  eitherScope: {
    method: 'GET',
    path: '/either',
    access: { allow: { anyScope: ['inventory:read', 'inventory:write'] } },
    answer: ({ caller }) => describe(caller),
  },
  admin: {
    method: 'GET',
    path: '/admin',
    access: { allow: { caller: 'spiffe://prod.test/admin' } },
    answer: () => ({ secret: 'only for admin' }),
  },
  forUser: {
    method: 'GET',
    path: '/for-user',
    access: { allow: { subject: 'required' } },
    answer: ({ caller }) => describe(caller),
  },
  workloadsOnly: {
    method: 'GET',
    path: '/workloads-only',
    access: { allow: { subject: 'none' } },
    answer: ({ caller }) => describe(caller),
  },
  delegated: {
    method: 'GET',
    path: '/delegated',
    access: { allow: { actor: { oneOf: [workloads.orders] } } },
    answer: ({ caller }) => describe(caller),
  },
  tenant: {
    method: 'GET',
    path: '/tenant',
    access: { allow: { tenant: { oneOf: ['acme'] } } },
    answer: ({ caller }) => describe(caller),
  },
  bound: {
    method: 'GET',
    path: '/bound',
    access: { allow: { caller: workloads.orders, senderConstrained: true } },
    answer: ({ caller }) => describe(caller),
  },
  steppedUp: {
    method: 'GET',
    path: '/stepped-up',
    access: { allow: { acr: ['gold', 'silver'], maxAgeSeconds: 60 } },
    answer: ({ caller }) => describe(caller),
  },
  headers: {
    method: 'GET',
    path: '/headers',
    access: { allow: { anyCaller, optional: true } },
    answer: (request) => ({ names: headerNames(request) }),
  },
  publicHeaders: {
    method: 'GET',
    path: '/public-headers',
    access: { public: 'shows header names' },
    answer: (request) => ({ names: headerNames(request) }),
  },
  slow: {
    method: 'GET',
    path: '/slow',
    access: { allow: { anyCaller } },
    answer: async ({ caller }) => {
      const before = currentCaller().id;
      await wait(5);
      await new Promise<void>((resolve) => setImmediate(resolve));
      return { caller: caller?.id, before, after: currentCaller().id };
    },
  },
  fails: {
    method: 'GET',
    path: '/fails',
    access: { allow: { anyCaller } },
    answer: () => {
      throw new Error('The handler failed.');
    },
  },
};
