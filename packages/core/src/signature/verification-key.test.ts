import { generateKeyPairSync, verify } from 'node:crypto';
import { expect, test } from 'vitest';
import { algorithmNames, algorithms } from './algorithms.ts';
import { signingKey } from './signing-key.test-kit.ts';
import { importVerificationKey } from './verification-key.ts';

const rsa = signingKey('RS256').jwk;
const p256 = signingKey('ES256').jwk;
const ed25519 = signingKey('Ed25519').jwk;

test.each([
  ['RSA', rsa, ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512']],
  ['RSA for one algorithm', { ...rsa, alg: 'PS256' }, ['PS256']],
  ['P-256', p256, ['ES256']],
  ['P-384', signingKey('ES384').jwk, ['ES384']],
  ['P-521', signingKey('ES512').jwk, ['ES512']],
  ['Ed25519 under both names', ed25519, ['Ed25519', 'EdDSA']],
  ['Ed25519 under its old name', { ...ed25519, alg: 'EdDSA' }, ['Ed25519', 'EdDSA']],
  ['Ed25519 under its new name', { ...ed25519, alg: 'Ed25519' }, ['Ed25519', 'EdDSA']],
  ['a key for signatures', { ...p256, use: 'sig' }, ['ES256']],
  ['a key to verify with', { ...p256, key_ops: ['verify'] }, ['ES256']],
  ['a key with a chain and unknown members', { ...p256, x5c: ['AA=='], x5t: 'x', oops: 1 }, ['ES256']],
])('%s is loaded for its algorithms', (_case, jwk, names) => {
  const imported = importVerificationKey(jwk);
  expect(imported.ok && [...imported.key.algorithms]).toEqual(names);
});

function exported(type: 'x25519' | 'ed448'): object {
  return (type === 'ed448' ? generateKeyPairSync('ed448') : generateKeyPairSync('x25519')).publicKey.export({
    format: 'jwk',
  });
}

const rsaOf = (modulusLength: number, publicExponent = 65_537): object =>
  generateKeyPairSync('rsa', { modulusLength, publicExponent }).publicKey.export({ format: 'jwk' });
const secp256k1 = generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).publicKey.export({ format: 'jwk' });
const privateJwk = signingKey('ES256').privateKey.export({ format: 'jwk' });
const pem = '-----BEGIN PUBLIC KEY-----\nMFkw\n-----END PUBLIC KEY-----';

test.each([
  ['null', null, 'is not a JWK'],
  ['a list', [], 'is not a JWK'],
  ['a PEM', pem, 'is not a JWK'],
  ['a PEM behind a byte order mark', `\ufeff${pem}`, 'is not a JWK'],
  ['a JWK as text', JSON.stringify(rsa), 'is not a JWK'],
  ['a secret', 'correct horse battery staple', 'is not a JWK'],
  ['no bytes', Buffer.alloc(0), 'cannot be read as a public key'],
  ['an empty object', {}, 'cannot be read as a public key'],
  ['a symmetric key', { kty: 'oct', k: 'c2VjcmV0' }, 'is symmetric'],
  ['an empty symmetric key', { kty: 'oct', k: '' }, 'is symmetric'],
  ['a symmetric member beside a public key', { ...rsa, k: 'c2VjcmV0' }, 'holds private material'],
  ['a private EC key', privateJwk, 'holds private material'],
  ['a private RSA key', signingKey('RS256').privateKey.export({ format: 'jwk' }), 'holds private material'],
  ['a private member without value', { ...p256, d: undefined }, 'holds private material'],
  ['RSA of 1024 bits', rsaOf(1024), 'is RSA of fewer than 2048 bits'],
  ['RSA of 2047 bits', rsaOf(2047), 'is RSA of fewer than 2048 bits'],
  ['RSA with the exponent 3', rsaOf(2048, 3), 'is RSA with a small exponent'],
  ['RSA with the exponent 1', { ...rsa, e: 'AQ' }, 'is RSA with a small exponent'],
  ['another curve', secp256k1, 'does not fit its algorithm'],
  ['P-256 for ES384', { ...p256, alg: 'ES384' }, 'does not fit its algorithm'],
  ['RSA for ES256', { ...rsa, alg: 'ES256' }, 'does not fit its algorithm'],
  ['P-256 for RS256', { ...p256, alg: 'RS256' }, 'does not fit its algorithm'],
  ['Ed25519 for ES256', { ...ed25519, alg: 'ES256' }, 'does not fit its algorithm'],
  ['X25519', exported('x25519'), 'does not fit its algorithm'],
  ['Ed448', exported('ed448'), 'does not fit its algorithm'],
  ['HS256 on an RSA key', { ...rsa, alg: 'HS256' }, 'names an algorithm that is not accepted'],
  ['none', { ...rsa, alg: 'none' }, 'names an algorithm that is not accepted'],
  ['encryption by alg', { ...rsa, alg: 'RSA-OAEP' }, 'names an algorithm that is not accepted'],
  ['an alg that is null', { ...rsa, alg: null }, 'names an algorithm that is not accepted'],
  ['encryption by use', { ...rsa, use: 'enc' }, 'is not for signatures (use)'],
  ['SPIFFE by use', { ...p256, use: 'jwt-svid' }, 'is not for signatures (use)'],
  ['a use that is null', { ...p256, use: null }, 'is not for signatures (use)'],
  ['key_ops to sign only', { ...p256, key_ops: ['sign'] }, 'is not for verification (key_ops)'],
  ['no key_ops', { ...p256, key_ops: [] }, 'is not for verification (key_ops)'],
  ['key_ops that is a text', { ...p256, key_ops: 'verify' }, 'is not for verification (key_ops)'],
  ['a kid that is a number', { ...p256, kid: 1 }, 'has a bad kid'],
  ['a kid that is too long', { ...p256, kid: 'k'.repeat(257) }, 'has a bad kid'],
  ['a point off the curve', { ...p256, y: p256.x }, 'cannot be read as a public key'],
  ['a curve that does not exist', { ...p256, crv: 'P-255' }, 'cannot be read as a public key'],
  ['a type that does not exist', { ...p256, kty: 'EC2' }, 'cannot be read as a public key'],
  ['a coordinate that is missing', { ...p256, y: undefined }, 'cannot be read as a public key'],
  ['an Ed25519 key that is too short', { ...ed25519, x: 'AAAA' }, 'cannot be read as a public key'],
])('%s is refused', (_case, jwk, problem) => {
  expect(importVerificationKey(jwk)).toEqual({ ok: false, problem });
});

test('for every algorithm there is a key, and a key of another curve or type is not for it', () => {
  for (const name of algorithmNames) {
    const imported = importVerificationKey({ ...signingKey(name).jwk, alg: name });
    if (!imported.ok) throw new Error(`broken test: ${name}`);
    expect(imported.key.algorithms.has(name)).toBe(true);
    const { keyType, ...row } = algorithms[name];
    for (const other of imported.key.algorithms) {
      expect(algorithms[other]).toMatchObject({ keyType, ...('curve' in row && { curve: row.curve }) });
    }
  }
});

// Edwards arithmetic over the prime of Ed25519, to find the points of small order by computation.
const p = 2n ** 255n - 19n;
const modulo = (value: bigint): bigint => ((value % p) + p) % p;
function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  for (let [b, e] = [modulo(base), exponent]; e > 0n; b = modulo(b * b), e >>= 1n)
    if (e & 1n) result = modulo(result * b);
  return result;
}
const inverse = (value: bigint): bigint => power(value, p - 2n);
const d = modulo(-121_665n * inverse(121_666n));
type Point = readonly [bigint, bigint];
function add([x1, y1]: Point, [x2, y2]: Point): Point {
  const t = modulo(d * x1 * x2 * y1 * y2);
  return [modulo((x1 * y2 + x2 * y1) * inverse(1n + t)), modulo((y1 * y2 + x1 * x2) * inverse(1n - t))];
}
function pointWith(y: bigint): Point | undefined {
  const square = modulo((y * y - 1n) * inverse(d * y * y + 1n));
  let x = power(square, (p + 3n) / 8n);
  if (modulo(x * x) !== square) x = modulo(x * power(2n, (p - 1n) / 4n));
  return modulo(x * x) === square ? [x, modulo(y)] : undefined;
}
function encoded(y: bigint, sign: number): string {
  const bytes = Buffer.from(y.toString(16).padStart(64, '0'), 'hex').reverse();
  bytes[31] = (bytes[31] ?? 0) | (sign << 7);
  return bytes.toString('base64url');
}

/** All y of points whose order divides eight: walk from a point of the large group by its prime order. */
function smallOrderOrdinates(): Set<bigint> {
  const order = 2n ** 252n + 27_742_317_777_372_353_535_851_937_790_883_648_493n;
  for (let y = 2n; ; y += 1n) {
    const start = pointWith(y);
    if (start === undefined) continue;
    let torsion: Point = [0n, 1n];
    for (let bit = 252n; bit >= 0n; bit -= 1n) {
      torsion = add(torsion, torsion);
      if ((order >> bit) & 1n) torsion = add(torsion, start);
    }
    const found = new Set<bigint>();
    for (let [point, step] = [torsion, 0]; step < 8; point = add(point, torsion), step += 1) found.add(point[1]);
    // A generator of the eight has five different ordinates: 0, 1, -1 and two of order eight.
    if (found.size === 5) return found;
  }
}

test('every point of small order on Ed25519 is refused, in each of its spellings', () => {
  const spellings = [...smallOrderOrdinates()].flatMap((y) => (y + p < 2n ** 255n ? [y, y + p] : [y]));
  expect(spellings).toHaveLength(7);
  for (const y of spellings) {
    for (const sign of [0, 1]) {
      expect(importVerificationKey({ kty: 'OKP', crv: 'Ed25519', x: encoded(y, sign) })).toMatchObject({ ok: false });
    }
  }
});

test('such a key is worth refusing: Node before 24 accepts one signature for every message under it', () => {
  const [major] = process.versions.node.split('.');
  const x = encoded(1n, 0);
  const forged = Buffer.concat([Buffer.from(x, 'base64url'), Buffer.alloc(32)]);
  const key = { key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' } as const;
  for (const message of ['anything', 'something else']) {
    expect(verify(null, Buffer.from(message), key, forged)).toBe(Number(major) < 24);
  }
});
