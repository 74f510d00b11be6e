import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { expect, test } from 'vitest';
import { algorithmNames } from './algorithms.ts';
import { importPemKey } from './pem-key.ts';
import { importVerificationKey } from './verification-key.ts';
import { signingKey } from './signing-key.test-kit.ts';

const rsa = signingKey('RS256');
const spki = createPublicKey(rsa.privateKey).export({ type: 'spki', format: 'pem' }).toString();
const pkcs8 = rsa.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();

test.each(algorithmNames)('a public key for %s is the same key as its JWK', (name) => {
  const { privateKey, jwk } = signingKey(name);
  const pem = createPublicKey(privateKey).export({ type: 'spki', format: 'pem' }).toString();
  const imported = importPemKey({ key: pem, keyId: 'key-1', algorithm: name });
  const expected = importVerificationKey({ ...jwk, alg: name });
  if (!imported.ok || !expected.ok) throw new Error('refused');
  expect(imported.key.fingerprint).toBe(expected.key.fingerprint);
  expect([...imported.key.algorithms]).toEqual([...expected.key.algorithms]);
  expect(imported.key.keyId).toBe('key-1');
});

test.each<[string, unknown]>([
  ['as text', spki],
  ['with the line ends of Windows', spki.replaceAll('\n', '\r\n')],
  ['without the last line end', spki.trimEnd()],
  ['as object', { key: spki }],
])('accepted: a public key %s', (_case, given) => {
  expect(importPemKey(given)).toMatchObject({ ok: true, key: { keyId: undefined } });
});

const certificate = spki.replaceAll('PUBLIC KEY', 'CERTIFICATE');
const pkcs1 = createPublicKey(rsa.privateKey).export({ type: 'pkcs1', format: 'pem' }).toString();
const lines = spki.split('\n');
const broken = [lines[0], `${lines[1]?.slice(0, -1)}*`, ...lines.slice(2)].join('\n');
const der = createPublicKey(rsa.privateKey).export({ type: 'spki', format: 'der' });
// The DER of this key ends one byte after a group of three, so that four bits of the last letter are unused.
const short = createPublicKey(signingKey('ES256').privateKey).export({ type: 'spki', format: 'pem' }).toString();
const next: Readonly<Record<string, string>> = { A: 'B', Q: 'R', g: 'h', w: 'x' };
const unusedBits = short.replace(/(.)==\n-----END/, (_all, last: string) => `${next[last]}==\n-----END`);
const wrapped = (bytes: Buffer): string =>
  `-----BEGIN PUBLIC KEY-----\n${(bytes.toString('base64').match(/.{1,64}/g) ?? []).join('\n')}\n-----END PUBLIC KEY-----\n`;
const weak = generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey;
const pss = generateKeyPairSync('rsa-pss', { modulusLength: 2048 }).publicKey;
const x25519 = generateKeyPairSync('x25519').publicKey;
const secp256k1 = generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).publicKey;
const pemOf = (key: typeof weak): string => key.export({ type: 'spki', format: 'pem' }).toString();

test.each<[string, unknown, string]>([
  ['a private key', pkcs8, 'holds private material'],
  ['a private key as PKCS#1', rsa.privateKey.export({ type: 'pkcs1', format: 'pem' }), 'holds private material'],
  ['a private key behind its public key', spki + pkcs8, 'holds private material'],
  ['a certificate', certificate, 'is a certificate'],
  ['a public key as PKCS#1', pkcs1, 'is PKCS#1'],
  ['a space before', ` ${spki}`, 'has something before'],
  ['a line feed before', `\n${spki}`, 'has something before'],
  ['a byte order mark before', `\ufeff${spki}`, 'has something before'],
  ['a zero-width space before', `\u200b${spki}`, 'has something before'],
  ['a comment before', `# key\n${spki}`, 'has something before'],
  ['a comment behind', `${spki}# key`, 'has something before'],
  ['two keys in one text', spki + spki, 'has something before'],
  ['a header inside', spki.replace('\n', '\nComment: x\n\n'), 'has something before'],
  ['the wrapper of PGP', spki.replaceAll('PUBLIC KEY', 'PGP PUBLIC KEY BLOCK'), 'has something before'],
  ['the wrapper of SSH', spki.replaceAll('PUBLIC KEY', 'SSH2 PUBLIC KEY'), 'has something before'],
  ['five dashes too many', spki.replaceAll('-----', '----------'), 'has something before'],
  ['a letter that is not base64', broken, 'has something before'],
  ['base64 that is not canonical', unusedBits, 'is not canonical base64'],
  ['bytes behind the key', wrapped(Buffer.concat([der, Buffer.from([0])])), ''],
  ['no key inside', wrapped(Buffer.from('hello')), 'cannot be read'],
  ['a JWK as text', JSON.stringify(rsa.jwk), 'is not a public key as PEM'],
  ['a JWKS as text', JSON.stringify({ keys: [rsa.jwk] }), 'is not a public key as PEM'],
  ['a secret', 'correct horse battery staple', 'is not a public key as PEM'],
  ['an empty text', '', 'is empty'],
  ['bytes', Buffer.from(spki), ''],
  ['nothing', undefined, 'is not a public key as PEM'],
  ['null', null, 'is not a public key as PEM'],
  ['a JWK', rsa.jwk, 'has an unknown member'],
  ['an object with a secret beside', { key: spki, secret: 'x' }, 'has an unknown member'],
  ['a key id that is no text', { key: spki, keyId: 5 }, 'has a bad kid'],
  ['a symmetric algorithm', { key: spki, algorithm: 'HS256' }, 'names an algorithm'],
  ['an algorithm of another type', { key: spki, algorithm: 'ES256' }, 'does not fit its algorithm'],
  ['a key that is too long', `${spki}${' '.repeat(9_000)}`, 'is longer than'],
  ['RSA of 1,024 bits', pemOf(weak), 'is RSA of fewer'],
  ['RSA for PSS alone', pemOf(pss), 'cannot be read'],
  ['a key for agreement', pemOf(x25519), ''],
  ['a curve that no algorithm has', pemOf(secp256k1), ''],
])('refused: %s', (_case, given, problem) => {
  const imported = importPemKey(given);
  if (imported.ok) throw new Error('accepted');
  expect(imported.problem).toContain(problem);
  expect(imported.problem).not.toMatch(/battery|MII/);
});
