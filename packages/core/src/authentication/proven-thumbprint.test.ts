import { describe, expect, test } from 'vitest';
import { root, svid } from '../certificate/certificate.test-kit.ts';
import { sha256Of, thumbprintOf } from '../certificate/thumbprint.ts';
import type { ForwardedCaller } from '../credential/forwarded-caller.ts';
import { factsWith } from '../enforcement/pipeline.test-kit.ts';
import { Secret } from '../errors/secret.ts';
import { signingKey } from '../signature/signing-key.test-kit.ts';
import { issuer, runtimeWith, tokenWith } from '../token/token.test-kit.ts';
import { accessToken } from './access-token.ts';
import { provenThumbprintOf } from './proven-thumbprint.ts';

const authority = root();
const client = svid(authority).certificate;
const proxy = svid(authority, { name: 'proxy' }).certificate;
const peerOf = (leaf: typeof client) => ({ chain: [leaf] as const, tlsAuthorized: true });
const origin = { format: 'xfcc', hop: 'loopback', isHearsay: false, element: 1 } as const;
const whole: ForwardedCaller = { ...origin, shown: { kind: 'certificate', peer: peerOf(client) } };
const name = { kind: 'name', id: 'spiffe://prod.test/orders', trustDomain: 'prod.test' } as const;
const hashed: ForwardedCaller = { ...origin, shown: { ...name, sha256: sha256Of(client).toLowerCase() } };

describe('the certificate of a request', () => {
  test.each([
    ['of a connection', factsWith({}, { peerCertificate: peerOf(client) }), thumbprintOf(client)],
    [
      'that TLS refused is none',
      factsWith({}, { peerCertificate: { ...peerOf(client), tlsAuthorized: false } }),
      undefined,
    ],
    ['behind a proxy is the forwarded one', factsWith({}, { forwarded: whole }), thumbprintOf(client)],
    ['behind a proxy may be known by its hash', factsWith({}, { forwarded: hashed }), thumbprintOf(client)],
    [
      'behind a proxy that tells only a name is none',
      factsWith({}, { forwarded: { ...origin, shown: name } }),
      undefined,
    ],
    [
      'is never that of the proxy',
      factsWith({}, { forwarded: { ...origin, shown: name }, peerCertificate: peerOf(proxy) }),
      undefined,
    ],
    ['is none without one', factsWith(), undefined],
  ])('%s', (_case, facts, expected) => {
    expect(provenThumbprintOf(facts)).toBe(expected);
  });
});

describe('a token that is bound to it', () => {
  const mechanism = accessToken({ issuer, jwks: { keys: [signingKey('ES256').jwk] } }).bind(runtimeWith());
  const credential = {
    kind: 'bearer-token',
    token: new Secret(tokenWith({ cnf: { 'x5t#S256': thumbprintOf(client) } })),
  } as const;
  const judge = (forwarded: ForwardedCaller) => mechanism.authenticate(credential, factsWith({}, { forwarded }));

  test('is worth more than a bearer token, unless the proxy is known by its address alone', async () => {
    expect(await judge(whole)).toMatchObject({ value: { assurance: 'high', evidence: { binding: 'x5t#S256' } } });
    expect(await judge({ ...hashed, isHearsay: true })).toMatchObject({ value: { assurance: 'medium' } });
    expect(await judge(hashed)).toMatchObject({ value: { assurance: 'high' } });
  });

  test('is refused with the certificate of another, and without any', async () => {
    const other: ForwardedCaller = { ...origin, shown: { kind: 'certificate', peer: peerOf(proxy) } };
    expect(await judge(other)).toMatchObject({ reason: 'BINDING_MISMATCH' });
    expect(await judge({ ...origin, shown: name })).toMatchObject({ reason: 'BINDING_MISSING' });
    expect(await mechanism.authenticate(credential, factsWith())).toMatchObject({ reason: 'BINDING_MISSING' });
  });
});
