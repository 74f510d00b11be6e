import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { inspect } from 'node:util';
import { calculateJwkThumbprint } from 'jose';
import { describe, expect, it } from 'vitest';
import { ConfigurationError } from '../errors/configuration-error.ts';
import { Secret } from '../errors/secret.ts';
import { algorithmNames } from './algorithms.ts';
import { at, day, keyBetween, privateKeyOf, start } from './key-ring.test-kit.ts';
import { ringKey, type RingKeyOptions } from './ring-key.ts';
import { signingKey } from './signing-key.test-kit.ts';

const good = keyBetween('k1', 0, day);
const pem = privateKeyOf('k1').export({ type: 'pkcs8', format: 'pem' }).toString();

function faultsOf(changed: object): readonly string[] {
  try {
    ringKey({ ...good, ...changed } as RingKeyOptions);
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    return error.faults.map(({ code, option }) => `${option} ${code}`);
  }
  return [];
}

describe('a key of a ring', () => {
  it.each(algorithmNames)('publishes its public half and no more, with %s', (algorithm) => {
    const { privateKey } = signingKey(algorithm);
    const { jwk } = ringKey({ ...good, key: privateKey, algorithm });
    const { kid, alg, use, ...members } = jwk;
    expect({ kid, alg, use }).toEqual({ kid: 'k1', alg: algorithm, use: 'sig' });
    expect(members).toEqual(createPublicKey(privateKey).export({ format: 'jwk' }));
  });

  it.each(algorithmNames)('has its thumbprint as kid, as jose computes it, with %s', async (algorithm) => {
    const { privateKey } = signingKey(algorithm);
    const { keyId: _none, ...unnamed } = good;
    const { jwk, key } = ringKey({ ...unnamed, key: privateKey, algorithm });
    const thumbprint = await calculateJwkThumbprint(createPublicKey(privateKey).export({ format: 'jwk' }));
    expect([jwk.kid, key.keyId]).toEqual([thumbprint, thumbprint]);
  });

  it('comes from a PEM in a Secret, and has the dates in epoch seconds', () => {
    const made = ringKey({ ...good, key: new Secret(pem) });
    expect(made).toMatchObject({ from: start, until: start + day, revoked: undefined });
    expect(made.privateKey?.algorithm).toBe('ES256');
  });

  it('verifies and does not sign when only its public half is left', () => {
    const made = ringKey({ ...good, key: createPublicKey(privateKeyOf('k1')) });
    expect(made.privateKey).toBeUndefined();
    expect(made.key.algorithms.has('ES256')).toBe(true);
  });

  it('knows that it was revoked', () => {
    const { revoked } = ringKey({ ...good, revoked: { revokedAt: at(5), cause: 'compromised' } });
    expect(revoked).toEqual({ revokedAt: start + 5, cause: 'compromised' });
  });

  it('prints nothing of its private half', () => {
    const made = ringKey({ ...good, key: new Secret(pem) });
    const { d } = privateKeyOf('k1').export({ format: 'jwk' });
    const printed = `${inspect(made, { depth: 9, showHidden: true })} ${JSON.stringify(made)}`;
    expect(printed).not.toContain(d);
    for (const line of pem.split('\n').filter((part) => part.length > 20)) expect(printed).not.toContain(line);
  });

  it.each<[string, object, string]>([
    ['no key', { key: undefined }, 'key CONFIG_KEY_REFUSED'],
    ['a PEM that is no Secret', { key: pem }, 'key CONFIG_KEY_REFUSED'],
    ['the key of another curve', { key: signingKey('ES384').privateKey }, 'key CONFIG_KEY_REFUSED'],
    [
      'a public key of another curve',
      { key: createPublicKey(signingKey('ES384').privateKey) },
      'key CONFIG_KEY_REFUSED',
    ],
    ['a public key of another kind', { key: generateKeyPairSync('x25519').publicKey }, 'key CONFIG_KEY_REFUSED'],
    ['an algorithm that is none', { algorithm: 'HS256' }, 'algorithm CONFIG_INVALID'],
    ['an empty kid', { keyId: '' }, 'keyId CONFIG_INVALID'],
    ['a kid that is no text', { keyId: 7 }, 'keyId CONFIG_INVALID'],
    ['a kid without end', { keyId: 'k'.repeat(257) }, 'keyId CONFIG_INVALID'],
    ['no beginning', { activeFrom: undefined }, 'activeFrom CONFIG_INVALID'],
    ['a day as beginning', { activeFrom: '2026-12-01' }, 'activeFrom CONFIG_INVALID'],
    ['no end', { retireAt: undefined }, 'retireAt CONFIG_INVALID'],
    ['an end at its beginning', { retireAt: good.activeFrom }, 'retireAt CONFIG_CONFLICT'],
    ['a revocation without date', { revoked: { cause: 'compromised' } }, 'revoked.revokedAt CONFIG_INVALID'],
    ['a revocation without cause', { revoked: { revokedAt: at(1) } }, 'revoked.cause CONFIG_INVALID'],
    ['a revocation that is none', { revoked: true }, 'revoked.revokedAt CONFIG_INVALID'],
    ['an option that is none', { kid: 'k1' }, 'kid CONFIG_UNKNOWN_OPTION'],
  ])('is refused with %s', (_case, changed, fault) => {
    expect(faultsOf(changed)).toContain(fault);
  });

  it('names every fault at once', () => {
    expect(faultsOf({ algorithm: 'none', activeFrom: '', retireAt: '' })).toHaveLength(3);
  });
});
