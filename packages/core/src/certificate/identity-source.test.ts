import { describe, expect, test } from 'vitest';
import { ConfigurationError } from '../errors/configuration-error.ts';
import { Secret } from '../errors/secret.ts';
import { hour, issue, keysOf, root, startOfTest, svid } from './certificate.test-kit.ts';
import { x509Identity, type X509IdentityOptions } from './identity-source.ts';

const authority = root();
const leaf = svid(authority);
const good: X509IdentityOptions = { key: new Secret(leaf.keyPem), certificate: leaf.pem };

describe('an identity', () => {
  test('says its names and its window, and is frozen', () => {
    const identity = x509Identity(good);
    expect(identity.uris).toEqual(['spiffe://prod.test/orders']);
    expect(identity.notAfter).toBeGreaterThan(startOfTest + hour / 2);
    expect(identity.notBefore).toBeLessThan(identity.notAfter);
    expect(Object.isFrozen(identity)).toBe(true);
  });

  test('takes a chain, leaf first', () => {
    const inner = issue({ name: 'inner', issuer: authority, ca: true });
    const below = svid(inner);
    const certificate = `${below.pem}\n${inner.pem}`;
    expect(x509Identity({ key: new Secret(below.keyPem), certificate }).certificate).toBe(certificate);
  });

  const publicPem = String(leaf.keys.publicKey.export({ type: 'spki', format: 'pem' }));
  test.each([
    ['a key as text', { key: leaf.keyPem }, ['CONFIG_INVALID key']],
    ['a public key', { key: new Secret(publicPem) }, ['CONFIG_KEY_REFUSED key']],
    ['no certificate', { certificate: undefined }, ['CONFIG_INVALID certificate']],
    [
      'a chain that does not begin with the leaf',
      { certificate: `${authority.pem}\n${leaf.pem}` },
      ['CONFIG_INVALID certificate'],
    ],
    [
      'the key of another workload',
      { key: new Secret(String(keysOf('another').privateKey.export({ type: 'pkcs8', format: 'pem' }))) },
      ['CONFIG_INVALID certificate'],
    ],
    ['a certificate with its key behind', { certificate: leaf.pem + leaf.keyPem }, ['CONFIG_KEY_REFUSED certificate']],
    ['a chain that is cut off', { certificate: leaf.pem + authority.pem.slice(0, 99) }, ['CONFIG_INVALID certificate']],
    ['a misspelt option', { cert: leaf.pem }, ['CONFIG_UNKNOWN_OPTION cert']],
    ['two faults at once', { key: 'x', certificate: 'y' }, ['CONFIG_INVALID key', 'CONFIG_INVALID certificate']],
  ])('refuses %s', (_name, change, faults) => {
    let found: unknown;
    try {
      x509Identity({ ...good, ...change } as X509IdentityOptions);
    } catch (error) {
      found = error;
    }
    expect(found).toBeInstanceOf(ConfigurationError);
    expect((found as ConfigurationError).faults.map(({ code, option }) => `${code} ${option}`)).toEqual(faults);
    expect(String(found)).not.toContain(leaf.keyPem.split('\n')[1]);
  });
});
