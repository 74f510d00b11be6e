import { createHmac, createPublicKey } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { algorithmNames } from '../signature/algorithms.ts';
import { segment, signingKey } from '../signature/signing-key.test-kit.ts';
import {
  audience,
  claimsWith,
  issuer,
  recordWith,
  tokenWith,
  verifierFor,
  verifierWith,
  verifyNow,
} from './token.test-kit.ts';

const key = signingKey('ES256');
const rsa = signingKey('RS256', 'rsa');

test.each(algorithmNames)(
  'a token signed with %s is accepted by an issuer record that names it, and by no other',
  (name) => {
    const signer = signingKey(name);
    const jwks = { keys: [signer.jwk] };
    const token = tokenWith({}, {}, signer);
    expect(verifyNow(verifierWith({ jwks, algorithms: [name] }), token)).toMatchObject({
      ok: true,
      value: { algorithm: name, keyId: 'key-1', type: 'at+jwt', token: { identity: { clientId: 'orders' } } },
    });
    for (const other of algorithmNames.filter((one) => one !== name)) {
      const refused = verifyNow(verifierWith({ jwks, algorithms: [other] }), token);
      expect(refused).toMatchObject({ ok: false, reason: 'TOKEN_ALGORITHM_REFUSED' });
    }
  },
);

const verifier = verifierWith();

test.each(['at+jwt', 'at+JWT', 'AT+JWT', 'application/at+jwt', 'Application/At+Jwt'])('typ %s is accepted', (typ) => {
  expect(verifyNow(verifier, tokenWith({}, { typ }))).toMatchObject({ ok: true, value: { type: typ } });
});

test.each([
  undefined,
  '',
  'JWT',
  'jwt',
  'at jwt',
  'at+jwt ',
  'at+jwt;v=1',
  'text/at+jwt',
  'application/application/at+jwt',
  'application/jwt',
  'logout+jwt',
  'dpop+jwt',
  'secevent+jwt',
  'wimse-id+jwt',
  'wit+jwt',
  'txntoken+jwt',
  'token-introspection+jwt',
  'client-authentication+jwt',
])('typ %j is refused', (typ) => {
  expect(verifyNow(verifier, tokenWith({}, { typ }))).toMatchObject({ ok: false, reason: 'TOKEN_TYPE_UNEXPECTED' });
});

const unsigned = (alg: string): string => `${segment({ alg, kid: 'key-1', typ: 'at+jwt' })}.${segment(claimsWith())}`;

test.each(['none', 'NONE', 'nOnE', 'None'])('alg %s is refused, with and without a signature', (alg) => {
  for (const signature of ['', 'AA', tokenWith().split('.')[2] ?? '']) {
    expect(verifyNow(verifier, `${unsigned(alg)}.${signature}`)).toMatchObject({
      ok: false,
      reason: 'TOKEN_ALGORITHM_REFUSED',
    });
  }
});

test('a MAC made with our public key, in any of its forms, is refused', () => {
  const { jwk } = rsa;
  const publicKey = createPublicKey(rsa.privateKey);
  const pem = publicKey.export({ type: 'spki', format: 'pem' });
  const der = publicKey.export({ type: 'spki', format: 'der' });
  const secrets = [pem, der, JSON.stringify(jwk), JSON.stringify({ keys: [jwk] }), '', String(jwk['n'])];
  const confusable = verifierWith({ jwks: { keys: [jwk] }, algorithms: ['RS256'] });
  for (const secret of secrets) {
    for (const alg of ['HS256', 'RS256']) {
      const signed = `${segment({ alg, kid: 'rsa', typ: 'at+jwt' })}.${segment(claimsWith())}`;
      const mac = createHmac('sha256', secret).update(signed).digest('base64url');
      expect(verifyNow(confusable, `${signed}.${mac}`).ok).toBe(false);
    }
  }
});

test.each<[string, Record<string, unknown>, Record<string, unknown>, string]>([
  ['another issuer', { iss: 'https://other.test' }, {}, 'TOKEN_ISSUER_UNKNOWN'],
  ['the issuer with a slash', { iss: `${issuer}/` }, {}, 'TOKEN_ISSUER_UNKNOWN'],
  ['the issuer with something behind', { iss: `${issuer}.evil` }, {}, 'TOKEN_ISSUER_UNKNOWN'],
  ['the issuer in a list', { iss: [issuer] }, {}, 'TOKEN_ISSUER_UNKNOWN'],
  ['no issuer', { iss: undefined }, {}, 'TOKEN_ISSUER_UNKNOWN'],
  ['an issuer called __proto__', { iss: '__proto__' }, {}, 'TOKEN_ISSUER_UNKNOWN'],
  ['an unknown key', {}, { kid: 'key-2' }, 'TOKEN_KEY_UNKNOWN'],
  ['an unknown algorithm', {}, { alg: 'ES256K' }, 'TOKEN_ALGORITHM_REFUSED'],
  ['an algorithm that is not listed', {}, { alg: 'ES384' }, 'TOKEN_ALGORITHM_REFUSED'],
  ['an algorithm of another type', {}, { alg: 'RS256' }, 'TOKEN_ALGORITHM_REFUSED'],
  ['the algorithm in other case', {}, { alg: 'es256' }, 'TOKEN_ALGORITHM_REFUSED'],
  ['a critical extension', {}, { crit: ['exp'], exp: 1 }, 'TOKEN_CRITICAL_UNSUPPORTED'],
])('refused: %s', (_case, claims, header, reason) => {
  expect(verifyNow(verifier, tokenWith(claims, header))).toMatchObject({ ok: false, reason });
});

test('a token without kid is accepted while the set leaves no doubt', () => {
  const token = tokenWith({}, { kid: undefined });
  expect(verifyNow(verifier, token)).toMatchObject({ ok: true, value: { keyId: undefined } });
  expect(verifyNow(verifierWith({ jwks: { keys: [key.jwk, rsa.jwk] } }), token).ok).toBe(true);
  const doubtful = verifierWith({ jwks: { keys: [key.jwk, signingKey('ES256', 'key-2').jwk] } });
  expect(verifyNow(doubtful, token)).toMatchObject({ ok: false, reason: 'TOKEN_KEY_UNKNOWN' });
});

test('a key in the header, or an address of one, is not looked at', () => {
  const attacker = signingKey('ES256', 'attacker');
  const embedded = { kid: 'key-1', jwk: attacker.jwk, x5c: ['AA=='], jku: 'http://169.254.169.254/', x5u: 'file:///x' };
  expect(verifyNow(verifier, tokenWith({}, embedded, attacker))).toMatchObject({ reason: 'TOKEN_SIGNATURE_INVALID' });
  expect(verifyNow(verifier, tokenWith({}, embedded, key)).ok).toBe(true);
});

test('two issuers that name their keys alike are kept apart', () => {
  const other = 'https://other.test';
  const theirs = signingKey('ES256', 'theirs');
  const both = verifierFor([
    recordWith(),
    recordWith({ issuer: other, jwks: { keys: [{ ...theirs.jwk, kid: 'key-1' }] } }),
  ]);
  expect(verifyNow(both, tokenWith()).ok).toBe(true);
  expect(verifyNow(both, tokenWith({ iss: other }, { kid: 'key-1' }, theirs)).ok).toBe(true);
  expect(verifyNow(both, tokenWith({ iss: other }))).toMatchObject({ reason: 'TOKEN_SIGNATURE_INVALID' });
  expect(verifyNow(both, tokenWith({}, { kid: 'key-1' }, theirs))).toMatchObject({ reason: 'TOKEN_SIGNATURE_INVALID' });
});

test('an audience of one issuer record does not serve another', () => {
  const other = 'https://other.test';
  const both = verifierFor([recordWith({ audience: 'urn:a' }), recordWith({ issuer: other })]);
  expect(verifyNow(both, tokenWith({ aud: 'urn:a' })).ok).toBe(true);
  expect(verifyNow(both, tokenWith({ iss: other })).ok).toBe(true);
  expect(verifyNow(both, tokenWith({ aud: audience }))).toMatchObject({ reason: 'TOKEN_AUDIENCE_MISMATCH' });
  expect(verifyNow(both, tokenWith({ iss: other, aud: 'urn:a' }))).toMatchObject({ reason: 'TOKEN_AUDIENCE_MISMATCH' });
});

const good = tokenWith();

test('any single character that is changed, added or taken away makes a good token a bad one', () => {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=+/ \n\0é';
  expect(verifyNow(verifier, good).ok).toBe(true);
  for (let at = 0; at < good.length; at += 1) {
    expect(verifyNow(verifier, good.slice(0, at) + good.slice(at + 1)).ok).toBe(false);
  }
  fc.assert(
    fc.property(fc.nat(good.length), fc.constantFrom(...alphabet.split('')), fc.boolean(), (at, character, replace) => {
      const changed = good.slice(0, at) + character + good.slice(replace ? at + 1 : at);
      fc.pre(changed !== good);
      expect(verifyNow(verifier, changed).ok).toBe(false);
    }),
    { numRuns: 2_000 },
  );
});

test('no text makes it throw, and none is accepted by chance', () => {
  const parts = fc.array(
    fc.oneof(fc.json(), fc.string()).map((text) => segment(text)),
    { minLength: 3, maxLength: 3 },
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string({ unit: 'binary' }),
        parts.map((three) => three.join('.')),
      ),
      (text) => {
        expect(verifyNow(verifier, text).ok).toBe(false);
      },
    ),
  );
});

test('no claims make it throw', () => {
  const names = Object.keys(claimsWith({ nbf: 0, act: 0, cnf: 0, roles: 0 }));
  fc.assert(
    fc.property(fc.dictionary(fc.constantFrom(...names), fc.jsonValue(), { maxKeys: 4 }), (changes) => {
      const judged = verifyNow(verifier, tokenWith(JSON.stringify(claimsWith(changes))));
      expect(typeof judged.ok).toBe('boolean');
    }),
  );
});

test('a refusal carries no token and no signature', () => {
  const bad = [
    tokenWith({ aud: 'x' }),
    tokenWith({ exp: 1 }),
    tokenWith({}, { typ: 'JWT' }),
    tokenWith({}, { kid: 'x' }),
    `${good.slice(0, -1)}${good.endsWith('A') ? 'Q' : 'A'}`,
    tokenWith({}, { kid: 'key-1' }, signingKey('ES256', 'other')),
  ];
  for (const token of bad) {
    const judged = verifyNow(verifier, token);
    expect(judged.ok).toBe(false);
    for (const part of token.split('.')) expect(JSON.stringify(judged)).not.toContain(part);
  }
});
