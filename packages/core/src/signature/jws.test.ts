import { sign } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { algorithmNames, algorithms, type Algorithm, type AlgorithmRow } from './algorithms.ts';
import { maximumTokenLength, parseJws, verifyJws, type ParsedJws } from './jws.ts';
import { compactJws, segment, signingKey } from './signing-key.test-kit.ts';
import { importVerificationKey, type VerificationKey } from './verification-key.ts';

function parsed(token: string): ParsedJws {
  const result = parseJws(token);
  if (!result.ok) throw new Error(`broken test: ${result.detail.check}`);
  return result.value;
}

function loaded(jwk: object): VerificationKey {
  const result = importVerificationKey(jwk);
  if (!result.ok) throw new Error(`broken test: ${result.problem}`);
  return result.key;
}

const key = signingKey('ES256');
const header = { alg: 'ES256', kid: 'key-1', typ: 'at+jwt' };
const good = compactJws(header, { sub: 'orders' }, key);
const [head = '', body = '', tail = ''] = good.split('.');

test('a token is taken apart', () => {
  expect(parseJws(good)).toMatchObject({
    ok: true,
    value: {
      algorithm: 'ES256',
      keyId: 'key-1',
      type: 'at+jwt',
      payload: { sub: 'orders' },
      signed: `${head}.${body}`,
      signature: Buffer.from(tail, 'base64url'),
    },
  });
});

test('kid and typ may be absent, and unknown header members are not looked at', () => {
  const hostile = { alg: 'ES256', jku: 'http://169.254.169.254/', x5u: 'file:///etc/passwd', jwk: key.jwk, x5c: ['x'] };
  const token = compactJws(hostile, {}, key);
  expect(parseJws(token)).toMatchObject({ ok: true, value: { keyId: undefined, type: undefined } });
});

test('an unsigned token is taken apart, so that its algorithm is what refuses it', () => {
  expect(parseJws(`${segment({ alg: 'none' })}.${body}.`)).toMatchObject({ ok: true, value: { algorithm: 'none' } });
});

const withHeader = (members: string | object): string => `${segment(members)}.${body}.${tail}`;
const withPayload = (claims: string | object | null | number): string => `${head}.${segment(claims)}.${tail}`;
const notUtf8 = Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]).toString('base64url');

test.each([
  ['nothing', '', 'token.segments'],
  ['one segment', head, 'token.segments'],
  ['two segments', `${head}.${body}`, 'token.segments'],
  ['four segments', `${good}.x`, 'token.segments'],
  ['five segments, as JWE has', `${good}.x.y`, 'token.segments'],
  ['ten thousand dots', '.'.repeat(10_000), 'token.length'],
  ['eight thousand dots', '.'.repeat(8_000), 'token.segments'],
  ['a megabyte', `${head}.${'A'.repeat(1_000_000)}.${tail}`, 'token.length'],
  [
    'one character too many',
    `${head}.${'A'.repeat(maximumTokenLength - head.length - tail.length - 1)}.${tail}`,
    'token.length',
  ],
  ['no header', `.${body}.${tail}`, 'header'],
  ['no payload', `${head}..${tail}`, 'payload'],
  ['only dots', '..', 'header'],
  ['padding', `${head}.${body}.${tail}==`, 'token.encoding'],
  ['a plus', `${head}.${body}.+${tail.slice(1)}`, 'token.encoding'],
  ['a slash', `${head}.${body}./${tail.slice(1)}`, 'token.encoding'],
  ['a space', `${head}.${body}. ${tail}`, 'token.encoding'],
  ['a line feed at the end', `${good}\n`, 'token.encoding'],
  ['a NUL', `${head}.${body}\0.${tail}`, 'token.encoding'],
  ['a letter outside ASCII', `${head}.${body}.é${tail.slice(1)}`, 'token.encoding'],
  ['a full-width letter', `${head}.${body}.Ａ${tail.slice(1)}`, 'token.encoding'],
  ['a segment of one character', `${head}.${body}.A`, 'token.encoding'],
  ['two unused bits that are not zero', `${head}.${body}.AAB`, 'token.encoding'],
  ['four unused bits that are not zero', `${head}.${body}.AB`, 'token.encoding'],
  ['a header that is no JSON', withHeader('{"alg"'), 'header'],
  ['a header that is a list', withHeader('[]'), 'header'],
  ['two alg', withHeader('{"alg":"none","alg":"ES256"}'), 'header'],
  ['two kid', withHeader('{"alg":"ES256","kid":"a","kid":"b"}'), 'header'],
  ['a header that is not UTF-8', `${notUtf8}.${body}.${tail}`, 'header'],
  ['no alg', withHeader({ kid: 'a' }), 'header'],
  ['an alg that is a list', withHeader({ alg: ['ES256'] }), 'header'],
  ['an alg that is null', withHeader({ alg: null }), 'header'],
  ['a kid that is an object', withHeader({ alg: 'ES256', kid: { a: 1 } }), 'header'],
  ['a kid that is null', withHeader({ alg: 'ES256', kid: null }), 'header'],
  ['a typ that is a number', withHeader({ alg: 'ES256', typ: 1 }), 'header'],
  ['a kid that is too long', withHeader({ alg: 'ES256', kid: 'k'.repeat(257) }), 'kid'],
  ['a payload that is a list', withPayload('[]'), 'payload'],
  ['a payload that is a text', withPayload('"x"'), 'payload'],
  ['a payload that is a number', withPayload(1), 'payload'],
  ['a payload that is null', withPayload(null), 'payload'],
  ['two aud', withPayload('{"aud":"a","aud":"b"}'), 'payload'],
  ['a payload that is not UTF-8', `${head}.${notUtf8}.${tail}`, 'payload'],
  ['a payload with a byte order mark', withPayload('\ufeff{}'), 'payload'],
  ['a payload nested deep', withPayload(`${'{"a":'.repeat(900)}1${'}'.repeat(900)}`), 'payload'],
  ['a number out of range', withPayload('{"exp":1e400}'), 'payload'],
])('%s is malformed', (_case, token, check) => {
  expect(parseJws(token)).toMatchObject({ ok: false, reason: 'TOKEN_MALFORMED', detail: { check } });
});

test.each([
  ['an unknown extension', { crit: ['x'], x: 1 }],
  ['an empty list', { crit: [] }],
  ['a name twice', { crit: ['x', 'x'], x: 1 }],
  ['the name of a standard member', { crit: ['alg'] }],
  ['null', { crit: null }],
  ['no list', { crit: 'exp' }],
  ['an unencoded payload', { crit: ['b64'], b64: false }],
  ['b64 without crit', { b64: false }],
  ['b64: true', { b64: true }],
])('crit is refused: %s', (_case, members) => {
  const token = compactJws({ ...header, ...members }, {}, key);
  expect(parseJws(token)).toMatchObject({ ok: false, reason: 'TOKEN_CRITICAL_UNSUPPORTED' });
});

test('a refusal never carries the token, its segments or its signature', () => {
  const tokens = [`${good}=`, `${good}.x`, withHeader('{'), withPayload('[]'), withHeader({ alg: 1 })];
  for (const token of tokens) {
    const shown = JSON.stringify(parseJws(token));
    for (const part of token.split('.').filter((one) => one.length > 4)) expect(shown).not.toContain(part);
  }
});

test('no text makes it throw', () => {
  const base64url = fc.oneof(fc.json(), fc.string({ unit: 'binary' })).map((text) => segment(text));
  const shaped = fc.array(base64url, { minLength: 2, maxLength: 4 }).map((parts) => parts.join('.'));
  const mutated = fc
    .tuple(fc.nat(good.length), fc.string({ unit: 'binary', maxLength: 3 }), fc.nat(3))
    .map(([at, insert, cut]) => good.slice(0, at) + insert + good.slice(at + cut));
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: 'binary' }), shaped, mutated), (text) => {
      expect(typeof parseJws(text).ok).toBe('boolean');
    }),
    { numRuns: 500 },
  );
});

/** ASN.1 DER of the same ECDSA signature. */
function derSignature(algorithm: Algorithm, signed: string): Buffer {
  const { hash }: AlgorithmRow = algorithms[algorithm];
  return sign(hash, Buffer.from(signed), { key: signingKey(algorithm).privateKey, dsaEncoding: 'der' });
}

test.each(algorithmNames)('a signature of %s verifies, and nothing beside it', (algorithm) => {
  const signer = signingKey(algorithm);
  const own = loaded(signer.jwk);
  const jws = parsed(compactJws({ alg: algorithm }, { sub: 'orders' }, signer));
  expect(verifyJws(jws, own, algorithm)).toBe(true);

  const { signature, signed } = jws;
  const flipped = Buffer.from(signature);
  flipped[0] = (flipped[0] ?? 0) ^ 1;
  const signatures = [
    flipped,
    Buffer.alloc(0),
    Buffer.alloc(signature.length),
    Buffer.alloc(signature.length, 0xff),
    signature.subarray(1),
    signature.subarray(0, -1),
    Buffer.concat([signature, Buffer.alloc(1)]),
    Buffer.concat([Buffer.alloc(1), signature]),
  ];
  if (algorithms[algorithm].keyType === 'ec') signatures.push(derSignature(algorithm, signed));
  for (const other of signatures) expect(verifyJws({ ...jws, signature: other }, own, algorithm)).toBe(false);
  expect(verifyJws({ ...jws, signed: `${signed}A` }, own, algorithm)).toBe(false);
  expect(verifyJws(jws, loaded(signingKey(algorithm, 'key-2').jwk), algorithm)).toBe(false);
});

test.each([
  ['RS256', 'PS256'],
  ['PS256', 'RS256'],
  ['RS256', 'RS512'],
  ['PS256', 'PS384'],
] as const)('a signature of %s does not verify as %s under the same key', (made, read) => {
  const signer = signingKey(made);
  const jws = parsed(compactJws({ alg: made }, {}, signer));
  expect(verifyJws(jws, loaded(signer.jwk), read)).toBe(false);
});

test('a key of another type is a "no", not an error', () => {
  const jws = parsed(compactJws({ alg: 'RS256' }, {}, signingKey('RS256')));
  expect(verifyJws(jws, loaded(key.jwk), 'RS256')).toBe(false);
  expect(verifyJws(parsed(good), loaded(signingKey('Ed25519').jwk), 'ES256')).toBe(false);
});

test('the example of RFC 7515 A.3 (ES256) verifies', () => {
  const payload = 'eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ';
  const signature = 'DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q';
  const jwk = {
    kty: 'EC',
    crv: 'P-256',
    x: 'f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU',
    y: 'x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0',
  };
  const jws = parsed(`eyJhbGciOiJFUzI1NiJ9.${payload}.${signature}`);
  expect(jws.payload).toMatchObject({ iss: 'joe', exp: 1_300_819_380 });
  expect(verifyJws(jws, loaded(jwk), 'ES256')).toBe(true);
});

test('the example of RFC 8037 A.4 (Ed25519) verifies', () => {
  const signature = 'hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg';
  const jwk = { kty: 'OKP', crv: 'Ed25519', x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo' };
  // Its payload is a plain text, which is no token: only the signature can be compared.
  const jws = {
    ...parsed(good),
    signed: 'eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc',
    signature: Buffer.from(signature, 'base64url'),
  };
  expect(verifyJws(jws, loaded(jwk), 'EdDSA')).toBe(true);
  expect(verifyJws(jws, loaded(jwk), 'Ed25519')).toBe(true);
});
