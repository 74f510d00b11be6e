/**
 * Calls for a user through real services, with a real authorization server: what each service learns, and that the token
 * of the user itself is worth nothing behind the service it is for (attack row 88).
 */
import {
  accessToken,
  callerOfCarrier,
  carryOut,
  clientSecret,
  compileRequirement,
  createServiceAuth,
  maybeCurrentCaller,
  memorySink,
  requestFactsOf,
  Secret,
  subjectTokenOf,
  writeDenial,
  type Caller,
  type Requirement,
} from '@countersign/core';
import { createTestIssuer, type TestIssuer } from '@countersign/testing';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { describe, expect, it, onTestFinished } from 'vitest';
import { authority, client, faultOf, serve } from '../client.test-kit.ts';
import { answerStatusOf, serverTls, tokenExchange, type ServiceClient } from '../index.ts';

const gateway = 'https://gateway.test';
const orders = 'https://orders.test';
const payments = 'https://payments.test';

async function issuerOf(): Promise<TestIssuer> {
  const clientOf = (clientId: string, audience: string) => ({
    clientId,
    clientSecret: new Secret(`secret-of-${clientId}`),
    scopes: [],
    audiences: [audience],
  });
  const issuer = await createTestIssuer({
    authority: await authority(),
    clients: [clientOf('web', 'https://web.test'), clientOf('gateway', gateway), clientOf('orders', orders)],
    resources: [gateway, orders, payments].map((audience) => ({ audience, scopes: [] })) as never,
    exchange: [
      { actor: 'gateway', audience: orders, scopes: ['orders:write', 'payments:charge'] },
      { actor: 'orders', audience: payments, scopes: ['payments:charge'] },
    ],
  });
  onTestFinished(() => issuer.close());
  return issuer;
}

interface Service {
  readonly audience: string;
  readonly requirement: Requirement;
  readonly handle: (caller: Caller, request: IncomingMessage, response: ServerResponse) => Promise<void>;
}

/** A service that judges each request as an adapter would. */
async function start(issuer: TestIssuer, { audience, requirement, handle }: Service) {
  const audit = memorySink();
  const auth = createServiceAuth({
    service: `spiffe://prod.test/${audience.slice(8, -5)}`,
    audience,
    accept: [accessToken({ issuer: issuer.issuer, tenantClaim: 'tenant' })],
    audit,
    fetch: issuer.fetch,
  });
  onTestFinished(() => auth.close());
  const compiled = compileRequirement(requirement, 'POST /');
  const server = await serve((_seen, response, request) => {
    carryOut(() => auth.check(requestFactsOf(request, { route: '/' }), compiled), {
      carrier: request,
      response,
      deny: (denied) => writeDenial(response, denied),
      proceed: (error) => {
        if (error !== undefined) response.writeHead(500).end();
        else {
          const fail = (fault: unknown) => void response.writeHead(answerStatusOf(fault)).end();
          handle(callerOfCarrier(request), request, response).catch(fail);
        }
      },
    });
  });
  return { origin: server.origin, seen: server.seen, events: audit.events };
}

async function clientOf(issuer: TestIssuer, clientId: string, to: { origin: string; audience: string }, scope: string) {
  const tls = serverTls({ ca: (await authority()).bundlePem });
  return client({
    baseUrl: to.origin,
    audience: to.audience,
    onBehalfOf: tokenExchange({
      issuer: issuer.issuer,
      clientAuthentication: clientSecret({ clientId, clientSecret: new Secret(`secret-of-${clientId}`) }),
      scope,
      tls,
    }),
    tls,
  });
}

/** Gateway, orders and payments, each behind the one before it. */
async function chain() {
  const issuer = await issuerOf();
  const learnt: Caller[] = [];
  const last = await start(issuer, {
    audience: payments,
    requirement: {
      subject: { oneOf: ['alice'], issuer: issuer.issuer },
      actor: { oneOf: [`oauth:${issuer.issuer}#orders`] },
      tenant: { oneOf: ['acme'], issuer: issuer.issuer },
      scope: 'payments:charge',
    } as Requirement,
    handle: async (caller, _request, response) => {
      learnt.push(caller);
      response.writeHead(200).end('charged');
    },
  });
  const pass =
    (next: () => ServiceClient): Service['handle'] =>
    async (caller, _request, response) => {
      learnt.push(caller);
      const answer = await next().fetch('/', { onBehalfOf: caller });
      response.writeHead(answer.status).end(await answer.text());
    };
  const toPayments = await clientOf(issuer, 'orders', { origin: last.origin, audience: payments }, 'payments:charge');
  const middle = await start(issuer, {
    audience: orders,
    requirement: { subject: 'required', scope: 'orders:write' },
    handle: pass(() => toPayments),
  });
  const toOrders = await clientOf(
    issuer,
    'gateway',
    { origin: middle.origin, audience: orders },
    'orders:write payments:charge',
  );
  const first = await start(issuer, {
    audience: gateway,
    requirement: { subject: 'required' },
    handle: pass(() => toOrders),
  });
  const login = (changes: object = {}): Promise<string> =>
    issuer.mintUserToken({
      subject: 'alice',
      clientId: 'web',
      audience: gateway,
      scopes: ['orders:write', 'payments:charge', 'profile'],
      tenant: 'acme',
      ...changes,
    });
  const call = (to: { readonly origin: string }, token: string): Promise<Response> =>
    issuer.fetch(`${to.origin}/`, { headers: { authorization: `Bearer ${token}` } }) as Promise<Response>;
  return { issuer, learnt, first, middle, last, login, call, toPayments };
}

describe('a call for a user through three services', () => {
  it('arrives for the user, by the one that calls, with all who acted before, and with less each time', async () => {
    const { issuer, first, last, learnt, login, call } = await chain();
    const answer = await call(first, await login());
    expect([answer.status, await answer.text()]).toEqual([200, 'charged']);
    const subject = { issuer: issuer.issuer, id: 'alice' };
    const named = (clientId: string) => `oauth:${issuer.issuer}#${clientId}`;
    expect(learnt.map(({ id, subject: who, actors, scopes }) => ({ id, who, actors, scopes: [...scopes] }))).toEqual([
      { id: named('web'), who: subject, actors: [], scopes: ['orders:write', 'payments:charge', 'profile'] },
      { id: named('gateway'), who: subject, actors: ['gateway'], scopes: ['orders:write', 'payments:charge'] },
      { id: named('orders'), who: subject, actors: ['orders', 'gateway'], scopes: ['payments:charge'] },
    ]);
    expect(learnt.at(-1)).toMatchObject({ tenant: 'acme', tenantIssuer: issuer.issuer });
    expect(last.events).toMatchObject([
      {
        'event.name': 'authz.allow',
        'caller.id': named('orders'),
        'actor.chain': ['orders', 'gateway'],
        'token.caller_claim': 'act.sub',
        'user.tenant': 'acme',
      },
    ]);
  });

  it('is refused at the end for another user, and nothing of the chain makes up for that', async () => {
    const { first, last, login, call } = await chain();
    expect((await call(first, await login({ subject: 'mallory' }))).status).toBe(403);
    expect(last.events).toMatchObject([{ 'event.name': 'authz.deny', 'event.reason': 'SUBJECT_REQUIRED' }]);
  });

  it.each([
    ['another tenant', { tenant: 'globex' }, 'TENANT_NOT_ALLOWED'],
    ['no tenant', { tenant: undefined }, 'TENANT_NOT_ALLOWED'],
    ['a user of a similar name', { subject: 'Alice' }, 'SUBJECT_REQUIRED'],
  ])('is refused at the end for %s', async (_, changes, reason) => {
    const { first, last, login, call } = await chain();
    expect((await call(first, await login(changes))).status).toBe(403);
    expect(last.events).toMatchObject([{ 'event.reason': reason }]);
  });
});

describe('a service that cannot act for its caller', () => {
  it.each<[string, number, (issuer: TestIssuer, token: string) => void]>([
    ['the user has logged out', 401, (issuer, token) => issuer.revoke(token)],
    ['the issuer is down', 503, (issuer) => issuer.setOutage('down', { endpoint: 'token' })],
  ])('answers what is true, when %s', async (_, status, happen) => {
    const { issuer, first, middle, login, call } = await chain();
    const token = await login();
    // Its keys are known from a call before.
    await call(first, await login());
    const before = middle.seen.length;
    happen(issuer, token);
    expect((await call(first, token)).status).toBe(status);
    expect(middle.seen).toHaveLength(before);
  });

  it.each<[string, object]>([
    ['has granted less than it needs', { scopes: ['payments:charge'] }],
    ['lets another service act', { mayAct: { sub: 'orders' } }],
  ])('answers 403, and asks nobody, when the user %s', async (_, changes) => {
    const { issuer, first, middle, login, call } = await chain();
    expect((await call(first, await login(changes))).status).toBe(403);
    expect(middle.seen).toEqual([]);
    expect(issuer.tokenRequests).toEqual([]);
  });
});

describe('a job that a request has started', () => {
  it('does not act for the user of the request once that is answered', async () => {
    const { issuer, login, call, toPayments, last } = await chain();
    const faults: unknown[] = [];
    let timer: NodeJS.Timeout | undefined;
    const lazy = await start(issuer, {
      audience: orders,
      requirement: { subject: 'required' },
      handle: async (_caller, _request, response) => {
        // Opened by the first request, as a pool or a worker would be, and at work for all who come later.
        timer = setInterval(() => {
          const onBehalfOf = maybeCurrentCaller() as Caller;
          if (response.closed) void faultOf(toPayments.fetch('/', { onBehalfOf })).then((fault) => faults.push(fault));
        }, 1);
        response.end();
      },
    });
    onTestFinished(() => clearInterval(timer));
    expect((await call(lazy, await login({ audience: orders }))).status).toBe(200);
    await expect.poll(() => faults.length).toBeGreaterThan(2);
    for (const fault of faults) expect(fault).toMatchObject({ code: 'ON_BEHALF_OF_MISSING' });
    expect(issuer.tokenRequests).toEqual([]);
    expect(last.seen).toEqual([]);
  });
});

describe('the token of a user', () => {
  it('that a service passes on as it is gets nowhere', async () => {
    const { middle, last, login, call, learnt } = await chain();
    const token = await login();
    for (const behind of [middle, last]) {
      expect((await call(behind, token)).status).toBe(401);
      expect(behind.events).toMatchObject([
        { 'event.name': 'authn.failure', 'event.reason': 'TOKEN_AUDIENCE_MISMATCH' },
      ]);
    }
    expect(learnt).toEqual([]);
  });

  it.each(['authorization', 'Authorization', 'AUTHORIZATION', 'proxy-authorization', 'dpop'])(
    'cannot be passed on by a client as the header %s',
    async (name) => {
      const { first, last, login, call, learnt, toPayments } = await chain();
      await call(first, await login());
      const [caller] = learnt;
      const token = caller && subjectTokenOf(caller)?.token.expose();
      expect(token).toBeDefined();
      const before = last.seen.length;
      const headers = [[name, `Bearer ${token}`]] as const;
      const fault = await faultOf(toPayments.fetch('/', { onBehalfOf: caller as Caller, headers }));
      expect(fault).toMatchObject({ code: 'HEADER_REFUSED' });
      expect(last.seen).toHaveLength(before);
    },
  );

  it('cannot be traded by a service that it is not for', async () => {
    const { first, learnt, login, call, toPayments, last } = await chain();
    await call(first, await login());
    const before = last.seen.length;
    // The caller of the gateway, in the hands of orders: the issuer knows that its token is not for orders.
    const fault = await faultOf(toPayments.fetch('/', { onBehalfOf: learnt[0] as Caller }));
    expect(fault).toMatchObject({ code: 'SUBJECT_REFUSED' });
    expect(last.seen).toHaveLength(before);
  });
});
