import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { status } from '@grpc/grpc-js';
import { startOfTest } from '../../../core/src/certificate/certificate.test-kit.ts';
import { compactJws, signingKey } from '../../../core/src/signature/signing-key.test-kit.ts';
import { fakeRuntime, until, type FakeRuntime } from '../fake-runtime.test-kit.ts';
import { readMessage } from '../protobuf/read-message.ts';
import { denied, entry, field, joined, startFakeWorkloadApi, type FakeWorkloadApi } from '../workload-api.test-kit.ts';
import { parseEndpoint } from '../workload-endpoint.ts';
import { FollowedJwtSource } from './followed-jwt-source.ts';
import type { JwtSvid } from './jwt-svid-answer.ts';
import { jwtSvid } from './jwt-svid.ts';

const id = 'spiffe://prod.test/orders';
const audience = 'spiffe://prod.test/inventory';
const key = signingKey('ES256');
const minute = 60_000;

let api: FakeWorkloadApi;
let runtime: FakeRuntime;
let source: FollowedJwtSource;
let issued = 0;

function open(spiffeId?: string): FollowedJwtSource {
  const endpoint = parseEndpoint(api.endpoint);
  if (!endpoint.ok) throw new Error(endpoint.problem);
  return new FollowedJwtSource({ endpoint: endpoint.value, spiffeId, readyTimeoutSeconds: 30, runtime });
}

beforeEach(async () => {
  api = await startFakeWorkloadApi();
  runtime = fakeRuntime(startOfTest);
  api.set('FetchJWTBundles', jwks({ 'prod.test': [key.jwk] }));
  api.jwt = issue;
  issued = 0;
  source = open();
});
afterEach(async () => {
  await source.close();
  await api.close();
});

function jwks(keys: Readonly<Record<string, readonly object[]>>): Buffer {
  const all = Object.entries(keys);
  return joined(...all.map(([domain, list]) => entry(1, `spiffe://${domain}`, JSON.stringify({ keys: list }))));
}

function asked(request: Buffer): { readonly aud: readonly string[]; readonly sub: string | undefined } {
  const fields = readMessage(request, [1, 2]);
  if (typeof fields === 'string') throw new Error(fields);
  return { aud: fields.get(1)?.map(String) ?? [], sub: fields.get(2)?.map(String)[0] };
}

const answer = (token: string, spiffeId = id): Buffer => field(1, joined(field(1, spiffeId), field(2, token)));

/** Five minutes, as SPIRE gives. */
function issue(request: Buffer, changes: object = {}): Buffer {
  const { aud, sub = id } = asked(request);
  issued += 1;
  const exp = Math.floor(runtime.clock.now() / 1000) + 300;
  return answer(
    compactJws({ alg: 'ES256', kid: key.keyId }, { sub, aud, exp, jti: `${issued}`, ...changes }, key),
    sub,
  );
}

const fetches = (): number => api.calls.filter(({ method }) => method === 'FetchJWTSVID').length;

describe('a JWT-SVID', () => {
  test('is fetched once for any number of callers, and then at hand', async () => {
    const all = await Promise.all([source.jwtSvid(audience), source.jwtSvid([audience]), source.jwtSvid(audience)]);
    expect(new Set(all).size).toBe(1);
    const now = source.jwtSvid(audience);
    expect(now).toBe(all[0]);
    expect(now).toMatchObject({ spiffeId: id, audience: [audience], expiresAt: startOfTest + 300_000 });
    expect(fetches()).toBe(1);
    expect(api.calls.every(({ header }) => header === 'true')).toBe(true);
    expect(JSON.stringify(now)).toContain('[secret]');
  });

  test('is another one for another set of audiences, whatever their order', async () => {
    const one = await source.jwtSvid(['a', 'b']);
    expect(await source.jwtSvid(['b', 'a', 'b'])).toBe(one);
    expect(await source.jwtSvid('a')).not.toBe(one);
    expect(fetches()).toBe(2);
  });

  test('is of the id that the source is for', async () => {
    const edge = open('spiffe://prod.test/edge');
    expect(await edge.jwtSvid(audience)).toMatchObject({ spiffeId: 'spiffe://prod.test/edge' });
    await edge.close();
  });

  test('is renewed at half its life, in the background', async () => {
    const first = await source.jwtSvid(audience);
    runtime.advance(2.5 * minute - 1);
    expect(source.jwtSvid(audience)).toBe(first);
    expect(fetches()).toBe(1);
    runtime.advance(1);
    expect(source.jwtSvid(audience)).toBe(first);
    await until(() => runtime.codes().includes('JWT_SVID_RENEWED'));
    expect(source.jwtSvid(audience)).not.toBe(first);
    expect(fetches()).toBe(2);
  });

  test('is used until it expires while the agent gives none, and no longer', async () => {
    const first = await source.jwtSvid(audience);
    api.jwt = () => ({ code: status.UNAVAILABLE, details: 'busy' });
    runtime.advance(4 * minute);
    expect(source.jwtSvid(audience)).toBe(first);
    await until(() => runtime.codes().includes('JWT_SVID_RENEWAL_FAILED'));
    expect(source.jwtSvid(audience)).toBe(first);
    expect(fetches()).toBe(2);
    runtime.advance(minute);
    await expect(source.jwtSvid(audience)).rejects.toMatchObject({ code: 'JWT_SVID_UNAVAILABLE' });
    expect(fetches()).toBe(3);
    // Not asked again before the pause is over.
    await expect(source.jwtSvid(audience)).rejects.toMatchObject({ code: 'JWT_SVID_UNAVAILABLE' });
    expect(fetches()).toBe(3);
    api.jwt = issue;
    runtime.advance(2_000);
    expect(await source.jwtSvid(audience)).not.toBe(first);
  });

  test('is used no more when the identity was withdrawn', async () => {
    const first = await source.jwtSvid(audience);
    api.jwt = () => denied;
    runtime.advance(3 * minute);
    expect(source.jwtSvid(audience)).toBe(first);
    await until(() => runtime.codes().includes('JWT_SVID_RENEWAL_FAILED'));
    await expect(source.jwtSvid(audience)).rejects.toMatchObject({ code: 'WORKLOAD_API_DENIED' });
  });

  test.each<[string, (request: Buffer) => Buffer, string]>([
    ['another id in sub', (request) => issue(request, { sub: 'spiffe://prod.test/edge' }), 'names another id'],
    ['another audience', (request) => issue(request, { aud: ['other'] }), 'is for another audience'],
    ['no audience', (request) => issue(request, { aud: undefined }), 'is for another audience'],
    ['no end', (request) => issue(request, { exp: undefined }), 'has expired or has no end'],
    ['an end that is over', (request) => issue(request, { exp: startOfTest / 1000 }), 'has expired or has no end'],
    ['an end that is text', (request) => issue(request, { exp: '9999999999' }), 'has expired or has no end'],
    ['a text that is no JWT', () => answer('token'), 'is no JWT'],
    ['the id of a trust domain', () => answer('token', 'spiffe://prod.test'), 'names no workload'],
    ['no token', () => field(1, field(1, id)), 'has an entry without svid'],
    ['no entry', () => Buffer.alloc(0), 'has no svids'],
  ])('is refused with %s', async (_title, reply, problem) => {
    api.jwt = reply;
    const refused = source.jwtSvid(audience);
    await expect(refused).rejects.toMatchObject({ code: 'JWT_SVID_REFUSED', detail: expect.stringContaining(problem) });
  });

  test('of another id than the one asked for is refused', async () => {
    const edge = open('spiffe://prod.test/edge');
    api.jwt = (request) => answer('token', `${asked(request).sub}x`);
    await expect(edge.jwtSvid(audience)).rejects.toMatchObject({ code: 'JWT_SVID_REFUSED' });
    await edge.close();
  });

  test.each([[''], [[]], [['a', '']], [undefined], [[1]]])('needs an audience: %j', async (wrong) => {
    await expect((async () => source.jwtSvid(wrong as string))()).rejects.toThrow(TypeError);
    expect(fetches()).toBe(0);
  });

  test('is not to be had after close(), and a fetch under way ends', async () => {
    api.jwt = () => denied;
    const waiting = source.jwtSvid(audience);
    await source.close();
    await expect(waiting).rejects.toMatchObject({ code: expect.stringMatching(/UNAVAILABLE|DENIED/) });
    await expect(source.jwtSvid('other')).rejects.toMatchObject({ code: 'SOURCE_CLOSED' });
  });
});

describe('the keys for JWT-SVIDs', () => {
  test('are those of each trust domain, with the use that SPIRE leaves out', async () => {
    api.set('FetchJWTBundles', jwks({ 'prod.test': [key.jwk], 'partner.test': [{ ...key.jwk, use: 'x509-svid' }] }));
    await source.ready();
    await until(() => source.jwtBundle('partner.test') !== undefined);
    expect(source.jwtBundle('prod.test')).toEqual({
      trustDomain: 'prod.test',
      keys: [{ ...key.jwk, use: 'jwt-svid' }],
    });
    expect(source.jwtBundle('partner.test')?.keys).toEqual([{ ...key.jwk, use: 'x509-svid' }]);
    expect(source.jwtBundle('other.test')).toBeUndefined();
  });

  test('are replaced as a whole, and stay the same object when nothing changed', async () => {
    await source.ready();
    const first = source.jwtBundle('prod.test');
    api.set('FetchJWTBundles', jwks({ 'prod.test': [key.jwk], 'partner.test': [] }));
    await until(() => source.jwtBundle('partner.test') !== undefined);
    expect(source.jwtBundle('prod.test')).toBe(first);
    api.set('FetchJWTBundles', jwks({ 'prod.test': [] }));
    await until(() => source.jwtBundle('partner.test') === undefined);
    expect(source.jwtBundle('prod.test')).toEqual({ trustDomain: 'prod.test', keys: [] });
  });

  test.each([
    ['nothing', Buffer.alloc(0), 'has no bundles'],
    ['no JSON', entry(1, 'spiffe://prod.test', 'keys'), 'has a bundle that'],
    ['no list of keys', entry(1, 'spiffe://prod.test', '{}'), 'has no list of keys'],
    ['a key that stands twice', entry(1, 'spiffe://prod.test', '{"keys":[],"keys":[]}'), 'has a bundle that'],
    ['no UTF-8', entry(1, 'spiffe://prod.test', Buffer.from([0xff])), 'is not UTF-8'],
    ['no trust domain', entry(1, 'prod.test', '{"keys":[]}'), 'is of no trust domain'],
  ])('stay as they are when a message holds %s', async (_title, message, problem) => {
    await source.ready();
    const first = source.jwtBundle('prod.test');
    api.set('FetchJWTBundles', message);
    await until(() => runtime.codes().includes('WORKLOAD_API_MESSAGE_REFUSED'));
    expect(runtime.notices.at(-1)?.facts['problem']).toContain(problem);
    expect(source.jwtBundle('prod.test')).toBe(first);
  });
});

describe('as the credentials of a client, JWT-SVIDs', () => {
  const tokenOf = async (credential: unknown): Promise<string> =>
    ((await credential) as { readonly token: JwtSvid['token'] }).token.expose();

  test('are for the audience of the client, one object per token', async () => {
    const bound = jwtSvid({ source }).bind({ audience });
    const first = await bound.credential({});
    expect(bound.credential({})).toBe(first);
    expect(first.scheme).toBe('Bearer');
    expect(await tokenOf(first)).toBe((await source.jwtSvid(audience)).token.expose());
  });

  test('are for another audience when that is said', async () => {
    const bound = jwtSvid({ source, audience: 'other' }).bind({ audience });
    expect(await tokenOf(bound.credential({}))).toBe((await source.jwtSvid('other')).token.expose());
  });

  test('are fetched anew when the service refused one, and not again within five seconds', async () => {
    const bound = jwtSvid({ source }).bind({ audience });
    const first = await bound.credential({});
    const second = await bound.credential({ rejected: first });
    expect(await tokenOf(second)).not.toBe(await tokenOf(first));
    expect(await bound.credential({ rejected: first })).toBe(second);
    expect(await bound.credential({ rejected: second })).toBe(second);
    runtime.advance(5_000);
    expect(await bound.credential({ rejected: second })).not.toBe(second);
  });

  test.each([[undefined], [{}], [{ source: {} }], [{ source: 1, audience: '' }]])('need a source: %j', (options) => {
    expect(() => jwtSvid(options as never)).toThrow('source: ');
  });
});
