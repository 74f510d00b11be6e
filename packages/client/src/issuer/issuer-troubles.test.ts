/**
 * A client between a real authorization server in trouble and a service that trusts it: outage, slowness, wrong content,
 * storms of 401, clocks that jump, keys that change. Real sockets and TLS; the clock of the client is moved by hand.
 */
import { generateKeyPairSync } from 'node:crypto';
import {
  accessToken,
  compileRequirement,
  createServiceAuth,
  clientSecret as secretOf,
  privateKeyJwt,
  requestFactsOf,
  Secret,
  type Clock,
} from '@countersign/core';
import { createTestIssuer, type IssuerOutage } from '@countersign/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import { answerStatusOf, clientCredentials, serverTls } from '../index.ts';
import type { ClientCredentialsOptions, CredentialSource, ServiceClient } from '../index.ts';
import { audience, authority, client, clientSecret, faultOf, json, serve, testClock } from '../client.test-kit.ts';

const lifetimeSeconds = 300;
const scope = 'inventory:read';
const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const byKey = privateKeyJwt({ clientId: 'orders', key: privateKey, algorithm: 'ES256' });
const bySecret = secretOf({ clientId: 'old-orders', clientSecret: new Secret(clientSecret) });
const requirement = compileRequirement({ scope }, 'GET /');

/**
 * An issuer, a service that accepts its tokens, and the client `orders`, which proves itself with a signed assertion.
 * They live in one time, which is moved by hand; the clocks of client and service can leave it.
 */
async function world(changes: Partial<ClientCredentialsOptions> = {}) {
  const time = testClock();
  const apart = { clientMilliseconds: 0, serviceTicks: 0 };
  const clock: Clock = { now: () => time.now() + apart.clientMilliseconds, monotonic: () => time.monotonic() };
  const ca = await authority();
  const publicJwk = { ...publicKey.export({ format: 'jwk' }), alg: 'ES256' };
  const issuer = await createTestIssuer({
    authority: ca,
    clients: [
      { clientId: 'orders', publicJwk, scopes: [scope] },
      { clientId: 'old-orders', clientSecret: new Secret(clientSecret), scopes: [scope] },
    ],
    resources: [{ audience, scopes: [scope] }],
    tokenLifetimeSeconds: lifetimeSeconds,
    clock: time,
  });
  onTestFinished(() => issuer.close());
  const auth = createServiceAuth({
    service: 'spiffe://prod.test/inventory',
    audience,
    accept: [accessToken({ issuer: issuer.issuer })],
    audit: { write: () => {} },
    fetch: issuer.fetch,
    clock: { now: () => time.now(), monotonic: () => time.monotonic() + apart.serviceTicks },
  });
  onTestFinished(() => auth.close());
  const tokens: string[] = [];
  const state = { refuseAll: false };
  const service = await serve((one, response, request) => {
    tokens.push(one.headers.authorization ?? '');
    const facts = requestFactsOf(request, { route: '/' });
    void Promise.resolve(auth.check(facts, requirement)).then((verdict) => {
      const status = verdict.outcome === 'denied' ? verdict.response.status : 200;
      json(response, state.refuseAll ? 401 : status, {});
    });
  });
  const tls = serverTls({ ca: ca.bundlePem });
  const credentialsWith = (others: Partial<ClientCredentialsOptions>): CredentialSource =>
    clientCredentials({ issuer: issuer.issuer, clientAuthentication: byKey, scope, tls, ...others });
  const clientWith = (others: Partial<ClientCredentialsOptions>, timeoutSeconds: number): ServiceClient =>
    client({ baseUrl: service.origin, audience, credentials: credentialsWith(others), tls, clock, timeoutSeconds });
  const calls = clientWith({ timeoutSeconds: 1, ...changes }, 5);
  const statusOf = async (): Promise<number> => (await calls.fetch('/')).status;
  /** So many calls at once: the statuses that they got. */
  const times = async (count: number): Promise<readonly number[]> => {
    const all = await Promise.all(Array.from({ length: count }, statusOf));
    return [...new Set(all)];
  };
  const asked = (): number => issuer.tokenRequests.length;
  return { time, apart, issuer, service, tokens, state, calls, clientWith, statusOf, times, asked };
}

/** Lets a renewal that runs in the background come to its end. */
async function settled(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 2));
}

const outages: readonly (readonly [IssuerOutage, string, number])[] = [
  ['down', 'CREDENTIAL_UNAVAILABLE', 503],
  ['unavailable', 'CREDENTIAL_UNAVAILABLE', 503],
  ['hanging', 'CREDENTIAL_UNAVAILABLE', 503],
  ['wrong-content', 'ISSUER_RESPONSE_INVALID', 502],
];

describe.each(outages)('an issuer that is %s', (outage, code, status) => {
  it('is not missed as long as the token is good; after that calls fail at once, and it is nobody else’s fault', async () => {
    const { issuer, time, statusOf, times, calls, service } = await world();
    expect(await statusOf()).toBe(200);
    issuer.setOutage(outage);
    for (const seconds of [200, 60, 39]) {
      time.advance(seconds);
      expect(await times(10)).toEqual([200]);
    }
    time.advance(1);
    const sent = service.seen.length;
    const faults = await Promise.all(Array.from({ length: 10 }, () => faultOf(calls.fetch('/'))));
    for (const fault of faults) {
      expect(fault).toMatchObject({ code, requestSent: 'never' });
      expect(answerStatusOf(fault)).toBe(status);
    }
    expect(service.seen).toHaveLength(sent);
  });

  it('at the start fails the calls, and the first one after a pause finds it well again', async () => {
    const { issuer, time, calls, statusOf, asked } = await world();
    issuer.setOutage(outage);
    for (let call = 0; call < 5; call += 1) {
      expect(await faultOf(calls.fetch('/'))).toMatchObject({ code, requestSent: 'never' });
    }
    issuer.setOutage(undefined);
    const before = asked();
    expect(await faultOf(calls.fetch('/'))).toMatchObject({ code });
    expect(asked()).toBe(before);
    time.advance(30);
    expect(await statusOf()).toBe(200);
  });

  it('with its metadata alone is not missed by a client that knows them', async () => {
    const { issuer, time, statusOf } = await world();
    expect(await statusOf()).toBe(200);
    issuer.setOutage(outage, { endpoint: 'metadata' });
    time.advance(lifetimeSeconds);
    expect(await statusOf()).toBe(200);
  });
});

describe('an issuer that is slow', () => {
  it('costs a call no more than its own deadline, and the next one has the token', async () => {
    const { issuer, service, clientWith, asked } = await world();
    issuer.setOutage('slow', { endpoint: 'token' });
    const hasty = clientWith({}, 0.2);
    expect(await faultOf(hasty.fetch('/'))).toMatchObject({ code: 'TIMED_OUT' });
    expect(service.seen).toEqual([]);
    await settled(() => asked() === 1);
    let answer = await hasty.fetch('/').catch(() => undefined);
    while (answer === undefined) answer = await hasty.fetch('/').catch(() => undefined);
    expect(answer.status).toBe(200);
    // All who came too early waited for the same answer.
    expect(asked()).toBe(1);
  });

  it('holds up nobody while the old token is good', async () => {
    const { issuer, time, statusOf, times, tokens, asked } = await world();
    await statusOf();
    issuer.setOutage('hanging', { endpoint: 'token' });
    time.advance(290);
    expect(await times(20)).toEqual([200]);
    expect(new Set(tokens).size).toBe(1);
    expect(asked()).toBeLessThanOrEqual(2);
  });
});

describe('a storm of 401', () => {
  it('from the service costs the issuer one token in five seconds, and ends with the storm', async () => {
    const { state, time, times, statusOf, asked, service } = await world();
    await statusOf();
    state.refuseAll = true;
    for (let second = 0; second < 10; second += 1) {
      expect(await times(20)).toEqual([401]);
      time.advance(1);
    }
    expect(asked()).toBeLessThanOrEqual(3);
    expect(service.seen.length).toBeLessThanOrEqual(1 + 2 * 200);
    state.refuseAll = false;
    expect(await statusOf()).toBe(200);
  });

  it('from the issuer is asked about after pauses only, and is no fault of the callers', async () => {
    const { issuer, time, calls, asked, statusOf } = await world();
    issuer.interceptToken((request, response) => {
      request.resume();
      json(response, 401, { error: 'invalid_client' });
    });
    const faults = await Promise.all(Array.from({ length: 500 }, () => faultOf(calls.fetch('/'))));
    for (const fault of faults) expect(fault).toMatchObject({ code: 'CREDENTIAL_REFUSED', requestSent: 'never' });
    expect(asked()).toBe(1);
    expect([401, 403]).not.toContain(answerStatusOf(faults[0]));
    issuer.interceptToken(undefined);
    time.advance(30);
    expect(await statusOf()).toBe(200);
    expect(asked()).toBe(2);
  });
});

describe('a clock that jumps', () => {
  it.each([86_400, -86_400, 3_600, -3_600])(
    'by %i seconds under the client costs no call and no token',
    async (seconds) => {
      const { times, asked, statusOf, apart } = await world();
      await statusOf();
      apart.clientMilliseconds = seconds * 1000;
      expect(await times(10)).toEqual([200]);
      expect(asked()).toBe(1);
    },
  );

  it.each([20, -20])('by %i seconds at the issuer is within the tolerance of the service', async (seconds) => {
    // By its secret: an issuer that is behind and tolerates nothing finds a signed assertion to be of the future.
    const { issuer, statusOf } = await world({ clientAuthentication: bySecret });
    issuer.shiftClock(seconds);
    expect(await statusOf()).toBe(200);
  });

  it('at the client is healed by the next token: assertions are made by the time that it is', async () => {
    const { time, apart, statusOf, asked } = await world();
    await statusOf();
    apart.clientMilliseconds = -5_000;
    time.advance(lifetimeSeconds);
    expect(await statusOf()).toBe(200);
    expect(asked()).toBe(2);
  });
});

describe('keys that change at the issuer', () => {
  it('cost no call while the old ones are published', async () => {
    const { issuer, times, time, asked } = await world();
    expect(await times(10)).toEqual([200]);
    await issuer.rotateKeys();
    expect(await times(10)).toEqual([200]);
    time.advance(lifetimeSeconds);
    expect(await times(10)).toEqual([200]);
    expect(asked()).toBe(2);
  });

  it('cost no call either when the old ones are withdrawn at once: the token that is refused is replaced, once', async () => {
    const { issuer, times, statusOf, apart, tokens, asked } = await world();
    await statusOf();
    await issuer.rotateKeys();
    await issuer.withdrawOldKeys();
    // The service reads the keys again, and has lost the one of the token in hand.
    apart.serviceTicks = 3_600_000;
    expect(await times(10)).toEqual([200]);
    expect(asked()).toBe(2);
    expect(new Set(tokens).size).toBe(2);
  });
});
