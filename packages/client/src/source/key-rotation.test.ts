/**
 * A service that signs for itself, from its key ring over its JWKS endpoint to a service that trusts it: rotation while
 * calls run, with the endpoint up and down, and a stolen key. Real sockets and TLS; one clock for all, moved by hand.
 */
import { generateKeyPairSync } from 'node:crypto';
import {
  accessToken,
  compileRequirement,
  createMemoryRevocationStore,
  createServiceAuth,
  createSigningKeyRing,
  jwksEndpoint,
  requestFactsOf,
  ringKey,
  signServiceJwt,
  type Fetch,
  type RingKey,
  type RingKeyOptions,
} from '@countersign/core';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Agent, fetch as undiciFetch } from 'undici';
import { audience, authority, client, json, serve, testClock } from '../client.test-kit.ts';
import { serverTls, serviceJwt } from '../index.ts';

const workload = 'spiffe://prod.test/orders';
const requirement = compileRequirement({ caller: workload }, '/');
const hour = 3_600;
const keyObjects = { k1: newKey(), k2: newKey() };

function newKey() {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
}

async function trustingFetch(): Promise<Fetch> {
  const agent = new Agent({ connect: { ca: (await authority()).bundlePem } });
  onTestFinished(() => agent.close());
  return ((url: string, init: object) => undiciFetch(url, { ...init, dispatcher: agent })) as unknown as Fetch;
}

/** Orders, which signs and publishes; inventory, which trusts it; and a client between them. */
async function world() {
  const clock = testClock();
  const startSeconds = Math.floor(clock.wall / 1000);
  const at = (seconds: number): string =>
    new Date((startSeconds + seconds) * 1000).toISOString().replace(/\.\d+Z/, 'Z');
  const key = (keyId: 'k1' | 'k2', from: number, until: number, changed: Partial<RingKeyOptions> = {}): RingKey =>
    ringKey({
      key: keyObjects[keyId],
      algorithm: 'ES256',
      keyId,
      activeFrom: at(from),
      retireAt: at(until),
      ...changed,
    });
  const state = { keys: [key('k1', 0, 11 * hour), key('k2', 10 * hour, 20 * hour)], isUp: true };
  const ring = createSigningKeyRing({ keys: { list: () => state.keys }, clock });
  onTestFinished(() => ring.close());
  const endpoint = jwksEndpoint(ring);
  const orders = await serve((_one, response, request) => {
    if (state.isUp) endpoint(request, response, () => json(response, 404, {}));
    else response.destroy();
  });

  const revocations = createMemoryRevocationStore({ clock });
  const auth = createServiceAuth({
    service: 'spiffe://prod.test/inventory',
    audience,
    accept: [
      accessToken({
        issuer: orders.origin,
        profile: 'service-jwt',
        workload,
        jwksUri: `${orders.origin}/.well-known/jwks.json`,
        revocation: revocations,
      }),
    ],
    audit: { write: () => {} },
    clock,
    fetch: await trustingFetch(),
  });
  onTestFinished(() => auth.close());
  const kids: string[] = [];
  const inventory = await serve((one, response, request) => {
    const facts = requestFactsOf(request, { route: '/' });
    void Promise.resolve(auth.check(facts, requirement)).then((verdict) => {
      const [header = ''] = (one.headers.authorization ?? '').slice('Bearer '.length).split('.');
      kids.push((JSON.parse(Buffer.from(header, 'base64url').toString()) as { kid: string }).kid);
      json(response, verdict.outcome === 'denied' ? verdict.response.status : 200, {});
    });
  });
  const tls = serverTls({ ca: (await authority()).bundlePem });
  const credentials = serviceJwt({ keys: ring, issuer: orders.origin, workload });
  const calls = client({ baseUrl: inventory.origin, audience, credentials, tls, clock });
  const statusOf = async (): Promise<number> => (await calls.fetch('/')).status;
  /** Ten calls at once. */
  const burst = (): Promise<number[]> => Promise.all(Array.from({ length: 10 }, statusOf));
  const fetched = (): number => orders.seen.length;
  return { clock, state, ring, key, orders, inventory, revocations, burst, fetched, kids, tls, at };
}

const allGood = Array.from({ length: 10 }, () => 200);

describe('a key that is rotated', () => {
  it('costs no call, before, during and after, and each call is signed by the key whose turn it is', async () => {
    const { clock, burst, kids, inventory } = await world();
    clock.advance(10 * hour - 10);
    for (let second = -10; second < 10; second += 1) {
      expect(await burst()).toEqual(allGood);
      expect(new Set(kids.splice(0))).toEqual(new Set([second < 0 ? 'k1' : 'k2']));
      clock.advance(1);
    }
    clock.advance(2 * hour);
    expect(await burst()).toEqual(allGood);
    // No call was refused and sent again.
    expect(inventory.seen).toHaveLength(21 * 10);
  });

  it('costs no call either when the endpoint is down at its turn, because the key was published before', async () => {
    const { clock, state, burst, kids } = await world();
    clock.advance(10 * hour - 100);
    expect(await burst()).toEqual(allGood);
    state.isUp = false;
    clock.advance(100);
    kids.length = 0;
    expect(await burst()).toEqual(allGood);
    expect(new Set(kids)).toEqual(new Set(['k2']));
  });
});

describe('a key that is stolen', () => {
  /** The stolen key in other hands, and the change of the ring that ends it. */
  async function theft() {
    const it = await world();
    const { clock, ring, state, key, at, orders, inventory, tls } = it;
    clock.advance(hour);
    expect(await it.burst()).toEqual(allGood);
    const stolen = ring.find();
    if (stolen === undefined) throw new Error('no key');
    const credentials = serviceJwt({ keys: { find: () => stolen }, issuer: orders.origin, workload });
    const thief = client({ baseUrl: inventory.origin, audience, credentials, tls, clock });
    expect((await thief.fetch('/')).status).toBe(200);
    const revoke = (): void => {
      const revoked = { revokedAt: at(hour), cause: 'compromised' } as const;
      state.keys = [key('k1', 0, 11 * hour, { revoked }), key('k2', hour, 20 * hour)];
    };
    return { ...it, revoke, thiefsStatus: async () => (await thief.fetch('/')).status };
  }

  it('is out of the ring with one change, without a failed call: the next one was published and stands in', async () => {
    const { revoke, burst, kids, ring, clock } = await theft();
    revoke();
    kids.length = 0;
    expect(await burst()).toEqual(allGood);
    expect(new Set(kids)).toEqual(new Set(['k2']));
    const signedAt = Math.floor(clock.wall / 1000) - 60;
    expect(ring.history.find({ keyId: 'k1', algorithm: 'ES256', signedAt })).toMatchObject({ reason: 'KEY_REVOKED' });
  });

  it('serves nobody once the other services have read the keys again', async () => {
    const { revoke, burst, thiefsStatus, clock, fetched } = await theft();
    revoke();
    expect(await thiefsStatus()).toBe(200);
    clock.advance(600);
    const before = fetched();
    await burst();
    while (fetched() === before) await new Promise((resolve) => setTimeout(resolve, 1));
    await burst();
    expect(await thiefsStatus()).toBe(401);
    expect(await burst()).toEqual(allGood);
  });

  it('serves nobody from the order of revocation on, although it is still published', async () => {
    const { revocations, orders, thiefsStatus, burst, revoke } = await theft();
    revoke();
    expect(await thiefsStatus()).toBe(200);
    revocations.revoke({ issuer: orders.origin, kind: 'key', value: 'k1' }, hour * 1000);
    expect(await thiefsStatus()).toBe(401);
    expect(await burst()).toEqual(allGood);
  });
});

it('a token for another service is refused', async () => {
  const { clock, ring, orders, inventory, tls } = await world();
  const key = ring.find();
  if (key === undefined) throw new Error('no key');
  const claims = { issuer: orders.origin, workload, lifetimeSeconds: 120, now: clock.wall };
  const token = signServiceJwt(key, { ...claims, audience: 'https://payments.test' });
  const calls = client({
    baseUrl: inventory.origin,
    audience,
    credentials: { bind: () => ({ credential: () => ({ scheme: 'Bearer', token }) }) },
    tls,
    clock,
  });
  expect((await calls.fetch('/')).status).toBe(401);
});
