import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import type { PeerCertificate, RequestFacts } from '../credential/request-facts.ts';
import { factsWith } from '../enforcement/pipeline.test-kit.ts';
import type { Outcome } from '../errors/outcome.ts';
import { Secret } from '../errors/secret.ts';
import type { VerifiedIdentity } from '../identity/caller.ts';
import type { Notice } from '../runtime/notice.ts';
import { jwkThumbprint } from '../signature/jwk-thumbprint.ts';
import { signingKey } from '../signature/signing-key.test-kit.ts';
import { createMemoryReplayStore } from '../store/memory-replay-store.ts';
import type { ReplayStore } from '../store/replay-store.ts';
import type { DpopOptions } from '../token/dpop-options.ts';
import { athOf, origin, proofKey, proofWith } from '../token/dpop.test-kit.ts';
import { issuer, now, runtimeWith, tokenWith } from '../token/token.test-kit.ts';
import { accessToken } from './access-token.ts';

const jkt = jwkThumbprint(proofKey.jwk);
const bound = tokenWith({ cnf: { jkt } });
const jwks = { keys: [signingKey('ES256').jwk] };

/** A service that takes proofs, with what it told and what its store was asked. */
function serviceWith(dpop: Partial<DpopOptions> = {}, clock = { at: now * 1000 }) {
  const notices: Notice[] = [];
  const remembered: { readonly key: string; readonly milliseconds: number }[] = [];
  const memory = createMemoryReplayStore({ clock: { monotonic: () => clock.at } });
  const replayStore: ReplayStore = {
    remember: (key, milliseconds) => {
      remembered.push({ key, milliseconds });
      return memory.remember(key, milliseconds);
    },
  };
  const mechanism = accessToken({ issuer, jwks, dpop: { origin, replayStore, ...dpop } });
  const at = { now: () => clock.at, monotonic: () => clock.at };
  const running = mechanism.bind(runtimeWith({ clock: at, notify: (notice) => void notices.push(notice) }));
  return { mechanism, running, notices, remembered };
}

type Service = ReturnType<typeof serviceWith>;

async function show({ running }: Service, proofs: readonly string[], token = bound, facts: RequestFacts = factsWith()) {
  const credential = {
    kind: 'dpop-token',
    token: new Secret(token),
    proofs: proofs.map((one) => new Secret(one)),
  } as const;
  const judged: Outcome<VerifiedIdentity> = await running.authenticate(credential, facts);
  return judged;
}

const proofFor = (token: string, claims: Record<string, unknown> = {}, key = proofKey): string =>
  proofWith({ ath: athOf(token), ...claims }, {}, key);

test('a bound token with its proof is worth more than a bearer token', async () => {
  const service = serviceWith();
  const judged = await show(service, [proofFor(bound)]);
  expect(judged).toMatchObject({ ok: true, value: { assurance: 'high', evidence: { binding: 'jkt' } } });
  expect(judged.ok && judged.value.evidence).not.toHaveProperty('replay');
  expect(service.remembered).toEqual([{ key: expect.stringMatching(/^[\w-]{43}$/) as string, milliseconds: 70_000 }]);
});

test('the kinds of credential and the algorithms follow from the options', () => {
  const { mechanism } = serviceWith({ algorithms: ['ES384'] });
  expect([mechanism.credentials, mechanism.proofAlgorithms]).toEqual([['bearer-token', 'dpop-token'], ['ES384']]);
  expect(serviceWith({ required: true }).mechanism.credentials).toEqual(['dpop-token']);
  expect(accessToken({ issuer, jwks })).toMatchObject({ credentials: ['bearer-token'] });
  expect(accessToken({ issuer, jwks })).not.toHaveProperty('proofAlgorithms');
});

test('without options for DPoP, a token with a proof is refused', async () => {
  const running = accessToken({ issuer, jwks }).bind(runtimeWith());
  const credential = { kind: 'dpop-token', token: new Secret(bound), proofs: [new Secret(proofFor(bound))] } as const;
  expect(await running.authenticate(credential, factsWith())).toMatchObject({ reason: 'CREDENTIAL_UNSUPPORTED' });
});

const raw = Buffer.from('the DER of a certificate');
const thumbprint = createHash('sha256').update(raw).digest('base64url');
const overTls = factsWith(
  {},
  { peerCertificate: { chain: [{ raw }], tlsAuthorized: true } as unknown as PeerCertificate },
);
const other = signingKey('ES256', 'other');

test.each<[string, string, string, RequestFacts, string]>([
  ['a proof by another key', bound, proofFor(bound, {}, other), factsWith(), 'BINDING_MISMATCH'],
  ['a proof for another method', bound, proofFor(bound, { htm: 'POST' }), factsWith(), 'PROOF_INVALID'],
  ['a proof for another path', bound, proofFor(bound, { htu: `${origin}/x` }), factsWith(), 'PROOF_INVALID'],
  [
    'a proof for what Host says',
    bound,
    proofFor(bound, { htu: 'https://evil.test/stock/42' }),
    factsWith({ host: 'evil.test', 'x-forwarded-host': 'evil.test' }),
    'PROOF_INVALID',
  ],
  ['a proof for another token', bound, proofFor('another'), factsWith(), 'PROOF_INVALID'],
  ['an old proof', bound, proofFor(bound, { iat: now - 61 }), factsWith(), 'PROOF_INVALID'],
  ['a request for no path', bound, proofFor(bound), factsWith({}, { target: '*' }), 'PROOF_INVALID'],
  [
    'a request that names its host',
    bound,
    proofFor(bound),
    factsWith({}, { target: `${origin}/stock/42` }),
    'PROOF_INVALID',
  ],
  ['a token that is no good', `${bound}x`, proofFor(`${bound}x`), factsWith(), 'TOKEN_MALFORMED'],
])('%s is refused, and asks nothing of the store', async (_case, token, proof, facts, reason) => {
  const service = serviceWith();
  expect(await show(service, [proof], token, facts)).toMatchObject({ ok: false, reason });
  expect(service.remembered).toEqual([]);
});

test('a token that is bound to nothing is not made better by a proof', async () => {
  const token = tokenWith();
  expect(await show(serviceWith(), [proofFor(token)], token)).toMatchObject({ reason: 'BINDING_MISMATCH' });
});

test('a token bound to a certificate and to a key needs both', async () => {
  const token = tokenWith({ cnf: { jkt, 'x5t#S256': thumbprint } });
  const service = serviceWith();
  expect(await show(service, [proofFor(token)], token)).toMatchObject({ reason: 'BINDING_MISSING' });
  const good = await show(service, [proofFor(token)], token, overTls);
  expect(good).toMatchObject({ ok: true, value: { evidence: { binding: 'x5t#S256' } } });
});

test('a bound token as a bearer token is refused, also over TLS', async () => {
  const { running } = serviceWith();
  for (const facts of [factsWith(), overTls]) {
    const judged = await running.authenticate({ kind: 'bearer-token', token: new Secret(bound) }, facts);
    expect(judged).toMatchObject({ ok: false, reason: 'BINDING_MISSING' });
  }
});

test('a proof is good once, for as long as it could be used', async () => {
  const clock = { at: now * 1000 };
  const service = serviceWith({}, clock);
  const proof = proofFor(bound, { iat: now + 5 });
  expect(await show(service, [proof])).toMatchObject({ ok: true });
  for (const later of [0, 1_000, 65_000]) {
    clock.at = now * 1000 + later;
    expect(await show(service, [proof])).toMatchObject({ ok: false, reason: 'PROOF_REPLAYED' });
  }
  clock.at = now * 1000 + 65_001;
  expect(await show(service, [proof])).toMatchObject({ ok: false, reason: 'PROOF_INVALID' });
});

test('a jti is used up for one key and one URL only', async () => {
  const service = serviceWith();
  const theirs = tokenWith({ client_id: 'web', cnf: { jkt: jwkThumbprint(other.jwk) } });
  expect(await show(service, [proofFor(bound)])).toMatchObject({ ok: true });
  expect(await show(service, [proofFor(theirs, {}, other)], theirs)).toMatchObject({ ok: true });
  const elsewhere = proofFor(bound, { htu: `${origin}/stock/43` });
  expect(await show(service, [elsewhere], bound, factsWith({}, { target: '/stock/43' }))).toMatchObject({ ok: true });
  expect(await show(service, [proofFor(bound)])).toMatchObject({ reason: 'PROOF_REPLAYED' });
});

test('of one proof shown many times at once, one is accepted', async () => {
  const service = serviceWith();
  const proof = proofFor(bound);
  const judged = await Promise.all(Array.from({ length: 20 }, () => show(service, [proof])));
  expect(judged.filter(({ ok }) => ok)).toHaveLength(1);
});

const secret = new Secret('n'.repeat(32));

test('a service that gives nonces gives one with every refusal for the want of it', async () => {
  const clock = { at: now * 1000 };
  const service = serviceWith({ nonces: { secret } }, clock);
  const refused = await show(service, [proofFor(bound)]);
  expect(refused).toMatchObject({ ok: false, reason: 'PROOF_NONCE_REQUIRED', nonce: expect.any(String) as string });
  const nonce = refused.ok ? '' : refused.nonce;
  expect(await show(service, [proofFor(bound, { nonce: 'made-up' })])).toMatchObject({ nonce });
  expect(await show(service, [proofFor(bound, { nonce })])).toMatchObject({ ok: true });
  clock.at += 600_000;
  const token = tokenWith({ cnf: { jkt }, iat: now + 590, exp: now + 700 });
  const late = await show(service, [proofFor(token, { nonce, iat: now + 600 })], token);
  expect(late).toMatchObject({ ok: false, reason: 'PROOF_NONCE_REQUIRED' });
  expect(late).not.toMatchObject({ nonce });
});

test('a service that gives no nonces names none in a refusal', async () => {
  expect(await show(serviceWith(), [proofFor(bound, { htm: 'PUT' })])).not.toHaveProperty('nonce');
});

const waiver = { reason: 'a test', owner: 'tests', expires: '2026-11-24' };
const failing: readonly [string, ReplayStore][] = [
  [
    'throws',
    {
      remember: () => {
        throw new Error('down');
      },
    },
  ],
  ['rejects', { remember: () => Promise.reject(new Error('down')) }],
  ['hangs', { remember: () => new Promise(() => {}) }],
  ['answers something else', { remember: () => 'OK' as unknown as boolean }],
  ['is full', createMemoryReplayStore({ capacity: 0 })],
];

test.each(failing)('a store that %s leaves a proof unchecked, and the evidence says it', async (_case, replayStore) => {
  const service = serviceWith({ replayStore });
  const judged = await show(service, [proofFor(bound)]);
  expect(judged).toMatchObject({ ok: true, value: { evidence: { replay: 'unchecked' } } });
  expect(service.notices).toMatchObject([{ code: 'STORE_UNAVAILABLE', facts: { store: 'replay', waived: false } }]);
});

test('a waiver of the service permits it, until its last day ends', async () => {
  const clock = { at: Date.parse('2026-11-24T23:59:00Z') };
  const service = serviceWith({ replayStore: failing[0]![1], allowReplayStoreOutage: waiver }, clock);
  expect(service.mechanism.waivers).toEqual({ 'dpop.allowReplayStoreOutage': waiver });
  const iat = clock.at / 1000;
  const token = tokenWith({ cnf: { jkt }, iat, exp: iat + 300 });
  const judgedAt = async (at: number) => {
    clock.at = at;
    const judged = await show(service, [proofFor(token, { iat: at / 1000 })], token);
    return judged.ok && judged.value.evidence;
  };
  expect(await judgedAt(clock.at)).toMatchObject({ replay: 'waived' });
  expect(await judgedAt(Date.parse('2026-11-25T00:00:00Z'))).toMatchObject({ replay: 'unchecked' });
});

test('the service is ready when its store is', async () => {
  const replayStore = { remember: () => true, ready: () => Promise.reject(new Error('no store')) };
  await expect(serviceWith({ replayStore }).running.ready?.()).rejects.toThrow('no store');
});
