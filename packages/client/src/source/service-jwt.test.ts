/** Tokens that a service signs about itself: when a new one is signed, and when none is. */
import { generateKeyPairSync } from 'node:crypto';
import { ConfigurationError, type SigningKey } from '@countersign/core';
import { describe, expect, it } from 'vitest';
import { audience, client, faultOf, json, serve, testClock, authority } from '../client.test-kit.ts';
import { serverTls, serviceJwt, type Credential, type ServiceJwtOptions } from '../index.ts';

const workload = 'spiffe://prod.test/orders';
const issuer = 'https://orders.test';

function newKey(keyId: string): SigningKey {
  const { privateKey: keyObject } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return { keyId, key: { keyObject, algorithm: 'ES256' } };
}

function setUp(options: Partial<ServiceJwtOptions> = {}) {
  const clock = testClock();
  const state = { key: newKey('k1') as SigningKey | undefined };
  const source = serviceJwt({ keys: { find: () => state.key }, issuer, workload, ...options });
  const bound = source.bind({ clock, audience, notify: () => {} });
  const get = async (rejected?: Credential): Promise<Credential> =>
    bound.credential(rejected === undefined ? {} : { rejected });
  return { clock, state, source, bound, get };
}

function read({ token }: Credential): { header: object; claims: Record<string, unknown> } {
  const [header, claims] = token.expose().split('.', 2);
  const json = (part = ''): Record<string, unknown> => JSON.parse(Buffer.from(part, 'base64url').toString());
  return { header: json(header), claims: json(claims) };
}

describe('the token', () => {
  it('is a service JWT for the one audience of the client, for two minutes', async () => {
    const { get, clock } = setUp();
    const { header, claims } = read(await get());
    const iat = Math.floor(clock.wall / 1000);
    expect(header).toEqual({ typ: 'service+jwt', kid: 'k1', alg: 'ES256' });
    const { jti, ...others } = claims;
    expect(others).toEqual({ iss: issuer, sub: workload, aud: audience, iat, exp: iat + 120 });
    expect(jti).toMatch(/^[\da-f-]{36}$/);
  });

  it('is the same for 500 callers, and answered at once', () => {
    const { bound } = setUp();
    const first = bound.credential({});
    expect(first).not.toBeInstanceOf(Promise);
    for (let call = 0; call < 500; call += 1) expect(bound.credential({})).toBe(first);
  });

  it('is kept by each client for itself', async () => {
    const { source, clock } = setUp();
    const bound = (name: string) => source.bind({ clock, audience: name, notify: () => {} });
    const [a, b] = [await bound('https://a.test').credential({}), await bound('https://b.test').credential({})];
    expect([read(a).claims['aud'], read(b).claims['aud']]).toEqual(['https://a.test', 'https://b.test']);
  });

  it('has a life that can be chosen', async () => {
    const { claims } = read(await setUp({ lifetimeSeconds: 300 }).get());
    expect(Number(claims['exp']) - Number(claims['iat'])).toBe(300);
  });
});

describe('a new token is signed', () => {
  it.each<[string, (world: ReturnType<typeof setUp>) => void, boolean]>([
    ['while it has more than a fifth of its life', ({ clock }) => clock.advance(95), false],
    ['when it has a fifth of its life', ({ clock }) => clock.advance(96), true],
    ['when another key signs', ({ state }) => void (state.key = newKey('k2')), true],
    ['when the wall clock went back', ({ clock }) => void (clock.wall -= 1_000), true],
    ['when the wall clock went ahead', ({ clock }) => void (clock.wall += 96_000), true],
    ['when the wall clock stood still', ({ clock }) => void (clock.ticks += 96_000), true],
    ['when the wall clock went ahead a little', ({ clock }) => void (clock.wall += 95_000), false],
  ])('%s: %#', async (_case, change, isNew) => {
    const world = setUp();
    const first = await world.get();
    change(world);
    expect((await world.get()) !== first).toBe(isNew);
  });
});

describe('a token that the service refused', () => {
  it('is followed by another one, once for all who saw it refused', async () => {
    const { get } = setUp();
    const first = await get();
    await get();
    const second = await get(first);
    expect(second).not.toBe(first);
    for (let call = 0; call < 50; call += 1) expect(await get(first)).toBe(second);
  });

  it('is answered again when it was signed for this very call', async () => {
    const { get } = setUp();
    const first = await get();
    expect(await get(first)).toBe(first);
  });

  it('is followed by another one after five seconds at the earliest', async () => {
    const { get, clock } = setUp();
    const first = await get();
    await get();
    const second = await get(first);
    await get();
    expect(await get(second)).toBe(second);
    clock.advance(5);
    expect(await get(second)).not.toBe(second);
  });
});

describe('without a key that signs', () => {
  it('there is no token, and nothing is sent', async () => {
    const service = await serve((_one, response) => json(response, 200, {}));
    const tls = serverTls({ ca: (await authority()).bundlePem });
    const { source } = setUp({ keys: { find: () => undefined } });
    const inventory = client({ baseUrl: service.origin, audience, credentials: source, tls });
    const fault = await faultOf(inventory.fetch('/'));
    expect(fault).toMatchObject({ code: 'CREDENTIAL_UNAVAILABLE', requestSent: 'never', detail: { check: 'keys' } });
    expect(service.seen).toEqual([]);
  });

  it('the last token is not used any more, also not with the key that comes back', async () => {
    const { get, state } = setUp();
    const first = await get();
    const { key } = state;
    state.key = undefined;
    expect(await faultOf(get())).toMatchObject({ code: 'CREDENTIAL_UNAVAILABLE' });
    state.key = key;
    expect(await get()).not.toBe(first);
  });
});

describe('the options', () => {
  it.each<[string, object, string]>([
    ['no keys', { keys: undefined }, 'keys'],
    ['a key as keys', { keys: newKey('k1') }, 'keys'],
    ['a list of keys', { keys: [newKey('k1')] }, 'keys'],
    ['no issuer', { issuer: undefined }, 'issuer'],
    ['an issuer that is no URL', { issuer: 'orders' }, 'issuer'],
    ['no workload', { workload: undefined }, 'workload'],
    ['a workload that is a name', { workload: 'orders' }, 'workload'],
    ['a life beyond what the profile accepts', { lifetimeSeconds: 301 }, 'lifetimeSeconds'],
    ['a life that ends on the way', { lifetimeSeconds: 29 }, 'lifetimeSeconds'],
    ['a life with a fraction', { lifetimeSeconds: 60.5 }, 'lifetimeSeconds'],
    ['a life that is none', { lifetimeSeconds: Number.NaN }, 'lifetimeSeconds'],
    ['an audience, which is that of the client', { audience }, 'audience'],
  ])('are refused with %s', (_case, changed, option) => {
    const make = (): unknown => setUp(changed as Partial<ServiceJwtOptions>);
    expect(make).toThrow(ConfigurationError);
    expect(make).toThrow(`- ${option}: `);
  });
});
