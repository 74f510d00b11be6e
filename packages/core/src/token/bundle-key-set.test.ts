/** Keys of a trust domain that come from a source of bundles. */
import { describe, expect, test } from 'vitest';
import { FaultCollector } from '../errors/configuration-error.ts';
import type { Outcome } from '../errors/outcome.ts';
import { signingKey, type SigningKey } from '../signature/signing-key.test-kit.ts';
import { checkIssuer } from './issuer.ts';
import type { IssuerOptions } from './issuer-options.ts';
import type { JudgedToken } from './judged-token.ts';
import type { JwtBundle, JwtBundleSource } from './jwt-bundle-source.ts';
import { tokenWith, verifierFor, verifyNow } from './token.test-kit.ts';

const trustDomain = 'prod.test';
const old = signingKey('ES256', 'old');
const fresh = signingKey('ES256', 'fresh');
const svid = { iss: undefined, client_id: undefined, jti: undefined, scope: undefined, iat: undefined };
const bundleOf = (keys: readonly SigningKey[], domain = trustDomain): JwtBundle => ({
  trustDomain: domain,
  keys: keys.map(({ jwk }) => ({ ...jwk, use: 'jwt-svid' })),
});

/** A source whose bundle a test changes. */
function changing(bundle?: JwtBundle): JwtBundleSource & { bundle: JwtBundle | undefined } {
  return {
    bundle,
    jwtBundle(name) {
      return name === trustDomain ? this.bundle : undefined;
    },
  };
}

function recordOf(options: object) {
  const faults = new FaultCollector('accessToken');
  const made = checkIssuer({ profile: 'jwt-svid', trustDomain, ...options } as IssuerOptions, faults, '');
  faults.throwIfAny();
  return made;
}

function verifier(bundle: JwtBundleSource): (signer: SigningKey) => Outcome<JudgedToken> {
  const made = verifierFor([recordOf({ bundle })]);
  return (signer) =>
    verifyNow(made, tokenWith({ ...svid, sub: `spiffe://${trustDomain}/orders` }, { typ: 'JWT' }, signer));
}

describe('the keys of a trust domain', () => {
  test('count from the moment the source has them, and no longer than it has them', () => {
    const source = changing(bundleOf([old]));
    const verify = verifier(source);
    expect([verify(old).ok, verify(fresh)]).toMatchObject([true, { ok: false, reason: 'TOKEN_KEY_UNKNOWN' }]);
    source.bundle = bundleOf([old, fresh]);
    expect([verify(old).ok, verify(fresh).ok]).toEqual([true, true]);
    source.bundle = bundleOf([fresh]);
    expect([verify(old), verify(fresh).ok]).toMatchObject([{ ok: false, reason: 'TOKEN_KEY_UNKNOWN' }, true]);
    source.bundle = bundleOf([]);
    expect(verify(fresh)).toMatchObject({ ok: false, reason: 'TOKEN_KEY_UNKNOWN' });
  });

  test.each<[string, JwtBundle | undefined]>([
    ['there is no bundle', undefined],
    ['the bundle is of another domain', bundleOf([old], 'other.test')],
    ['the bundle has no list of keys', { trustDomain, keys: 'none' } as never],
  ])('are unavailable, which is 503, when %s', (_title, bundle) => {
    expect(verifier(changing(bundle))(old)).toMatchObject({ ok: false, reason: 'ISSUER_KEYS_UNAVAILABLE' });
  });

  test('are unavailable again when the bundle went away, for a remembered token too', () => {
    const source = changing(bundleOf([old]));
    const verify = verifier(source);
    expect([verify(old).ok, verify(old).ok]).toEqual([true, true]);
    source.bundle = undefined;
    expect(verify(old)).toMatchObject({ ok: false, reason: 'ISSUER_KEYS_UNAVAILABLE' });
  });

  test.each([
    ['use sig', { use: 'sig' }],
    ['use x509-svid', { use: 'x509-svid' }],
    ['no use', { use: undefined }],
    ['no kid', { kid: undefined }],
  ])('are none for JWT-SVIDs with %s', (_title, change) => {
    const bundle = { trustDomain, keys: [{ ...old.jwk, use: 'jwt-svid', ...change }] };
    expect(verifier(changing(bundle))(old)).toMatchObject({ ok: false, reason: 'TOKEN_KEY_UNKNOWN' });
  });
});

test.each([
  ['something that is no source', { bundle: {} }, 'bundle'],
  ['null', { bundle: null }, 'bundle'],
  ['a source beside a document', { bundle: changing(), jwks: bundleOf([old]) }, 'jwks'],
  ['a source with another profile', { bundle: changing(), profile: 'at+jwt', issuer: 'https://issuer.test' }, 'bundle'],
])('%s is a fault', (_title, options, option) => {
  expect(() => recordOf(options)).toThrow(`${option}: `);
});
