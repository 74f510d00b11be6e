import { createHmac, generateKeyPairSync, sign } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { algorithmNames } from '../signature/algorithms.ts';
import { jwkThumbprint } from '../signature/jwk-thumbprint.ts';
import { segment, signingKey } from '../signature/signing-key.test-kit.ts';
import { accessToken, athOf, bareJwk, origin, proofKey, proofWith, wanted } from './dpop.test-kit.ts';
import { verifyDpopProof, type DpopExpectations } from './dpop-proof.ts';
import { now } from './token.test-kit.ts';

const verify = (proof: string | readonly string[], changes: Partial<DpopExpectations> = {}) =>
  verifyDpopProof(proof, { ...wanted, ...changes });
const refusedAt = (check: string) => ({ ok: false, reason: 'PROOF_INVALID', detail: { check } });

test('a good proof tells its key, its jti and its time', () => {
  expect(verify(proofWith())).toEqual({
    ok: true,
    value: { thumbprint: jwkThumbprint(proofKey.jwk), jti: 'jti-1', issuedAt: now * 1000, url: wanted.url },
  });
});

/** The request example of RFC 9449 §7.1. */
const exampleOfTheRfc = {
  jwk: {
    kty: 'EC',
    x: 'l8tFrhx-34tV3hRICRDY9zCkDlpBhF42UQUfWVAWBFs',
    y: '9VE4jf_Ok_o64zbTTlcuNJajHmt6v9TDVrU0CdvGRDA',
    crv: 'P-256',
  },
  token: 'Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU',
  ath: 'fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo',
  thumbprint: '0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I',
  proof:
    'eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjp7Imt0eSI6IkVDIiwieCI6Imw4dEZyaHgtMzR0VjNoUklDUkRZOXpDa0RscEJoRjQyVVFVZldWQVdCRnMiLCJ5IjoiOVZFNGpmX09rX282NHpiVFRsY3VOSmFqSG10NnY5VERWclUwQ2R2R1JEQSIsImNydiI6IlAtMjU2In19' +
    '.eyJqdGkiOiJlMWozVl9iS2ljOC1MQUVCIiwiaHRtIjoiR0VUIiwiaHR1IjoiaHR0cHM6Ly9yZXNvdXJjZS5leGFtcGxlLm9yZy9wcm90ZWN0ZWRyZXNvdXJjZSIsImlhdCI6MTU2MjI2MjYxOCwiYXRoIjoiZlVIeU8ycjJaM0RaNTNFc05yV0JiMHhXWG9hTnk1OUlpS0NBcWtzbVFFbyJ9' +
    '.2oW9RP35yRqzhrtNP86L-Ey71EOptxRimPPToA1plemAgR6pxHF8y6-yqyVnmcw6Fy1dqd-jfxSYoMxhAJpLjA',
};

test('the proof of RFC 9449 section 7.1 verifies, a second later, and for nothing else', () => {
  const { proof, token, ath, thumbprint } = exampleOfTheRfc;
  const request = {
    method: 'GET',
    url: 'https://resource.example.org/protectedresource',
    accessToken: token,
    now: 1_562_262_619_000,
  };
  expect(athOf(token)).toBe(ath);
  expect(verifyDpopProof(proof, request)).toEqual({
    ok: true,
    value: { thumbprint, jti: 'e1j3V_bKic8-LAEB', issuedAt: 1_562_262_618_000, url: request.url },
  });
  for (const change of [
    { method: 'POST' },
    { url: 'https://resource.example.com/protectedresource' },
    { accessToken: `${token}.` },
    { now: 1_562_262_679_000 },
  ]) {
    expect(verifyDpopProof(proof, { ...request, ...change })).toMatchObject({ ok: false, reason: 'PROOF_INVALID' });
  }
});

test('a request has exactly one proof', () => {
  expect(verify([proofWith()]).ok).toBe(true);
  for (const values of [[], [proofWith(), proofWith()], [proofWith(), '']]) {
    expect(verify(values)).toMatchObject(refusedAt('dpop'));
  }
  expect(verify(`${proofWith()}, ${proofWith()}`)).toMatchObject(refusedAt('proof.segments'));
});

test.each([
  ['nothing', '', 'proof.segments'],
  ['two segments', 'a.b', 'proof.segments'],
  ['padding', `${proofWith()}=`, 'proof.encoding'],
  ['a header that is no object', proofWith({}, '[]'), 'proof.header'],
  ['a member twice', proofWith('{"jti":"a","jti":"b"}'), 'proof.payload'],
  ['a critical extension', proofWith({}, { crit: ['x'] }), 'proof.crit'],
  ['more than 4096 characters', proofWith({ note: 'x'.repeat(3_400) }), 'proof.length'],
])('what is no strict JWS is refused: %s', (_case, proof, check) => {
  expect(verify(proof)).toMatchObject(refusedAt(check));
});

test.each([undefined, '', 'jwt', 'JWT', 'at+jwt', 'DPOP+JWT', 'application/dpop+jwt', 'dpop+jwt '])(
  'typ %j is refused',
  (typ) => {
    expect(verify(proofWith({}, { typ }))).toMatchObject(refusedAt('proof.typ'));
  },
);

test.each(algorithmNames)('a proof signed with %s is good where the algorithm is listed, and nowhere else', (name) => {
  const proof = proofWith({}, {}, signingKey(name, 'dpop'));
  expect(verify(proof, { algorithms: [name] })).toMatchObject({ ok: true });
  for (const other of algorithmNames.filter((one) => one !== name)) {
    expect(verify(proof, { algorithms: [other] })).toMatchObject(refusedAt('proof.alg'));
  }
});

test.each(['none', 'None', 'HS256', 'HS512', 'RS1', 'ES256K', 'es256', ''])('alg %j is refused', (alg) => {
  expect(verify(proofWith({}, { alg }))).toMatchObject(refusedAt('proof.alg'));
});

test('a MAC under a symmetric key in the header is refused', () => {
  const k = 'x'.repeat(43);
  const signed = `${segment({ typ: 'dpop+jwt', alg: 'HS256', jwk: { kty: 'oct', k } })}.${proofWith().split('.')[1]}`;
  const mac = createHmac('sha256', Buffer.from(k, 'base64url')).update(signed).digest('base64url');
  expect(verify(`${signed}.${mac}`)).toMatchObject(refusedAt('proof.alg'));
  const disguised = proofWith({}, { jwk: { kty: 'oct', k } });
  expect(verify(disguised)).toMatchObject(refusedAt('proof.jwk'));
});

const privateJwk = proofKey.privateKey.export({ format: 'jwk' });
const jwk = bareJwk(proofKey);

test.each<[string, unknown]>([
  ['missing', undefined],
  ['null', null],
  ['a text', JSON.stringify(jwk)],
  ['a list', [jwk]],
  ['a private key', privateJwk],
  ['a public key with an empty private member', { ...jwk, d: '' }],
  ['a public key with a symmetric one beside it', { ...jwk, k: 'AAAA' }],
  ['a point that is not on the curve', { ...jwk, x: jwk['y'], y: jwk['x'] }],
  ['for encryption', { ...jwk, use: 'enc' }],
  ['not for verification', { ...jwk, key_ops: ['sign'] }],
  ['without a type', { ...jwk, kty: undefined }],
  ['a short RSA key', generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey.export({ format: 'jwk' })],
])('a jwk that is %s is refused', (_case, changed) => {
  expect(verify(proofWith({}, { jwk: changed }))).toMatchObject(refusedAt('proof.jwk'));
});

const rsaJwk = bareJwk(signingKey('PS256', 'dpop'));
const oddNumber = (bytes: number): string => Buffer.alloc(bytes, 0xff).toString('base64url');

test.each([
  ['a long modulus', { ...rsaJwk, n: oddNumber(520) }],
  ['a long exponent', { ...rsaJwk, e: oddNumber(200) }],
  ['an exponent of 33 bits', { ...rsaJwk, e: Buffer.from('0100000001', 'hex').toString('base64url') }],
])('an RSA key with %s is refused before it costs anything', (_case, costly) => {
  const proof = proofWith({}, { jwk: costly }, signingKey('PS256', 'dpop'));
  expect(verify(proof)).toMatchObject(refusedAt('proof.jwk'));
});

test.each(['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'])('a jwk with the private member %s is refused', (name) => {
  expect(verify(proofWith({}, { jwk: { ...jwk, [name]: 'AA' } }))).toMatchObject(refusedAt('proof.jwk'));
});

test.each(['x5c', 'x5u', 'jku'])('%s is refused, in the header and in the jwk', (name) => {
  const value = name === 'x5c' ? ['AAAA'] : 'https://evil.test/keys';
  expect(verify(proofWith({}, { [name]: value }))).toMatchObject(refusedAt('proof.header'));
  expect(verify(proofWith({}, { jwk: { ...jwk, [name]: value } }))).toMatchObject(refusedAt('proof.header'));
});

test.each([
  ['of another type', bareJwk(signingKey('PS256', 'dpop'))],
  ['of another curve', bareJwk(signingKey('ES384', 'dpop'))],
  ['of another type, on Edwards', bareJwk(signingKey('Ed25519', 'dpop'))],
  ['that names another algorithm', { ...jwk, alg: 'ES384' }],
])('a jwk %s than the algorithm is refused', (_case, other) => {
  expect(verify(proofWith({}, { jwk: other })).ok).toBe(false);
});

test('a proof signed by another key than the one it shows is refused', () => {
  expect(verify(proofWith({}, { jwk: bareJwk(signingKey('ES256', 'other')) }))).toMatchObject(
    refusedAt('proof.signature'),
  );
  const signed = proofWith().split('.').slice(0, 2).join('.');
  const der = sign('sha256', Buffer.from(signed), proofKey.privateKey).toString('base64url');
  for (const signature of ['', 'AA', der]) {
    expect(verify(`${signed}.${signature}`)).toMatchObject(refusedAt('proof.signature'));
  }
});

test.each<[string, Record<string, unknown>, string]>([
  ['no jti', { jti: undefined }, 'proof.jti'],
  ['an empty jti', { jti: '' }, 'proof.jti'],
  ['a jti that is a number', { jti: 1 }, 'proof.jti'],
  ['a jti of 257 characters', { jti: 'x'.repeat(257) }, 'proof.jti'],
  ['no htm', { htm: undefined }, 'proof.htm'],
  ['the method in lower case', { htm: 'get' }, 'proof.htm'],
  ['another method', { htm: 'POST' }, 'proof.htm'],
  ['a list of methods', { htm: ['GET'] }, 'proof.htm'],
  ['no htu', { htu: undefined }, 'proof.htu'],
  ['another path', { htu: `${origin}/stock/43` }, 'proof.htu'],
  ['a path that goes on', { htu: `${origin}/stock/42/` }, 'proof.htu'],
  ['a path in another case', { htu: `${origin}/Stock/42` }, 'proof.htu'],
  ['another host', { htu: 'https://orders.test/stock/42' }, 'proof.htu'],
  ['another scheme', { htu: 'http://inventory.test/stock/42' }, 'proof.htu'],
  ['another port', { htu: 'https://inventory.test:8443/stock/42' }, 'proof.htu'],
  ['no origin', { htu: '/stock/42' }, 'proof.htu'],
  ['a user name in htu', { htu: 'https://a@inventory.test/stock/42' }, 'proof.htu'],
  ['no iat', { iat: undefined }, 'proof.iat'],
  ['iat as text', { iat: String(now) }, 'proof.iat'],
  ['iat in milliseconds', { iat: now * 1000 }, 'proof.iat'],
  ['iat an hour ago', { iat: now - 3_600 }, 'proof.iat'],
  ['iat 61 seconds ago', { iat: now - 61 }, 'proof.iat'],
  ['iat in six seconds', { iat: now + 6 }, 'proof.iat'],
  ['iat in an hour', { iat: now + 3_600 }, 'proof.iat'],
  ['no ath', { ath: undefined }, 'proof.ath'],
  ['an empty ath', { ath: '' }, 'proof.ath'],
  ['ath of another token', { ath: athOf('another') }, 'proof.ath'],
  ['ath in hex', { ath: Buffer.from(athOf(accessToken), 'base64url').toString('hex') }, 'proof.ath'],
  ['ath as number', { ath: 1 }, 'proof.ath'],
  ['a nonce that is no text', { nonce: 1 }, 'proof.nonce'],
])('refused: %s', (_case, claims, check) => {
  expect(verify(proofWith(claims))).toMatchObject(refusedAt(check));
});

test.each<[string, Record<string, unknown>]>([
  ['a jti of 256 characters', { jti: 'x'.repeat(256) }],
  ['iat 60 seconds ago', { iat: now - 60 }],
  ['iat in five seconds', { iat: now + 5 }],
  ['iat with a fraction', { iat: now - 0.5 }],
  ['a query', { htu: `${origin}/stock/42?a=1` }],
  ['a fragment', { htu: `${origin}/stock/42#a` }],
  ['the default port', { htu: 'https://inventory.test:443/stock/42' }],
  ['the host in upper case', { htu: 'HTTPS://INVENTORY.test/stock/42' }],
  ['a dot segment', { htu: `${origin}/x/../stock/42` }],
  ['an encoded letter', { htu: `${origin}/st%6Fck/42` }],
  ['a nonce nobody asked for', { nonce: 'n' }],
  ['a claim we do not know', { note: 1 }],
])('accepted: %s', (_case, claims) => {
  expect(verify(proofWith(claims))).toMatchObject({ ok: true, value: { url: wanted.url } });
});

test('the age of a proof is the one that is asked for', () => {
  expect(verify(proofWith({ iat: now - 61 }), { maxAgeSeconds: 61 }).ok).toBe(true);
  expect(verify(proofWith({ iat: now - 11 }), { maxAgeSeconds: 10 })).toMatchObject(refusedAt('proof.iat'));
  expect(verify(proofWith(), { now: Number.NaN })).toMatchObject(refusedAt('proof.iat'));
});

test('a request that is for no URL has no good proof', () => {
  expect(verify(proofWith(), { url: '*' })).toMatchObject(refusedAt('proof.htu'));
  expect(verify(proofWith({ htu: '*' }), { url: '*' })).toMatchObject(refusedAt('proof.htu'));
});

test('without a token, at a token endpoint, no hash of one is asked for', () => {
  const { accessToken: _token, ...without } = wanted;
  expect(verifyDpopProof(proofWith({ ath: undefined }), without)).toMatchObject({ ok: true });
});

test('a service that gives nonces accepts no proof without a current one', () => {
  const acceptsNonce = (nonce: string): boolean => nonce === 'n-1';
  expect(verify(proofWith({ nonce: 'n-1' }), { acceptsNonce })).toMatchObject({ ok: true, value: { nonce: 'n-1' } });
  for (const nonce of [undefined, '', 'n-0', 'n-1 ']) {
    expect(verify(proofWith({ nonce }), { acceptsNonce })).toMatchObject({ reason: 'PROOF_NONCE_REQUIRED' });
  }
});

test.each<[string, unknown]>([
  ['later, and no', () => Promise.resolve(false)],
  ['later', () => Promise.resolve(true)],
  ['with a text', () => 'false'],
  ['with a number', () => 1],
])('a function that answers %s about a nonce accepts none', (_case, acceptsNonce) => {
  const wrong = { acceptsNonce: acceptsNonce as () => boolean };
  expect(verify(proofWith({ nonce: 'n-1' }), wrong)).toMatchObject({ reason: 'PROOF_NONCE_REQUIRED' });
});

test.each([
  ['exp to come', { exp: now + 60 }, true],
  ['exp within the tolerance', { exp: now - 4 }, true],
  ['nbf that has come', { nbf: now - 1 }, true],
  ['nbf within the tolerance', { nbf: now + 5 }, true],
  ['exp that has passed', { exp: now - 5 }, false],
  ['exp as text', { exp: String(now + 60) }, false],
  ['exp as null', { exp: null }, false],
  ['nbf to come', { nbf: now + 6 }, false],
  ['nbf as list', { nbf: [now] }, false],
])('limits of its own count: a proof with %s', (_case, claims, isGood) => {
  expect(verify(proofWith(claims)).ok).toBe(isGood);
});

test('a proof of which any character was changed is refused', () => {
  const proof = proofWith();
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=+/ ';
  const index = fc.integer({ min: 0, max: proof.length - 1 });
  const property = fc.property(index, fc.constantFrom(...alphabet.split('')), (at, character) => {
    fc.pre(proof[at] !== character);
    return !verify(`${proof.slice(0, at)}${character}${proof.slice(at + 1)}`).ok;
  });
  expect(() => fc.assert(property, { numRuns: 500 })).not.toThrow();
});

/** The claims of a proof, as written. */
const segmentOf = (proof: unknown): string | undefined => String(proof).split('.')[1];

test('nothing makes it throw, and only a proof with the good claims is accepted', () => {
  const members = fc.dictionary(fc.constantFrom('typ', 'alg', 'jwk', 'kid', 'crit', 'x'), fc.jsonValue());
  // Any jti is as good as another, so it is left as it is.
  const claims = fc.dictionary(fc.constantFrom('htm', 'htu', 'iat', 'ath', 'nonce'), fc.jsonValue());
  const unsigned = fc.tuple(members, claims).map(([a, b]) => `${segment(a)}.${segment(b)}.AAAA`);
  const signed = fc.tuple(claims, members).map(([a, b]) => proofWith(a, b));
  const property = fc.property(fc.oneof(fc.string(), unsigned, signed, fc.anything()), (proof) => {
    const judged = verify(proof as string);
    return judged.ok ? segmentOf(proof) === segmentOf(proofWith()) : judged.reason === 'PROOF_INVALID';
  });
  expect(() => fc.assert(property, { numRuns: 400 })).not.toThrow();
});
