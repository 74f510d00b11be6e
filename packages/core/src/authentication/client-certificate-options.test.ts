import { describe, expect, test } from 'vitest';
import { keysOf, root, rsa, usage, type Issued } from '../certificate/certificate.test-kit.ts';
import { ConfigurationError } from '../errors/configuration-error.ts';
import { trustBundle, type TrustBundle } from '../certificate/trust-bundle.ts';
import { clientCertificate } from './client-certificate.ts';
import type { ClientCertificateOptions } from './client-certificate-options.ts';

const authority = root();
const bundleOf = (...authorities: readonly Issued[]): TrustBundle =>
  trustBundle({ trustDomain: 'prod.test', pem: authorities.map(({ pem }) => pem) });
const prod = bundleOf(authority);

describe('wrong options are a fault at start', () => {
  const handMade = (...authorities: Issued[]): TrustBundle => ({
    trustDomain: 'prod.test',
    authorities: authorities.map(({ certificate }) => certificate),
    revocationLists: [],
  });
  const mute = root({ name: 'mute', keyUsage: usage.crlSign });
  const weak = root({ name: 'weak', keys: keysOf('rsa-1024'), signing: rsa('sha256') });
  const old = root({ name: 'old', keys: keysOf('rsa-2048'), signing: rsa('sha1') });
  test.each([
    ['nothing', undefined, ['CONFIG_MISSING trustBundle']],
    ['no bundle', {}, ['CONFIG_MISSING trustBundle']],
    ['an empty list', { trustBundle: [] }, ['CONFIG_MISSING trustBundle']],
    ['a text', { trustBundle: authority.pem }, ['CONFIG_MISSING trustBundle']],
    ['a list with something else', { trustBundle: [prod, null] }, ['CONFIG_MISSING trustBundle']],
    [
      'a bundle without trust domain',
      { trustBundle: { authorities: prod.authorities } },
      ['CONFIG_MISSING trustBundle'],
    ],
    [
      'a bundle without authority',
      { trustBundle: { trustDomain: 'prod.test', authorities: [] } },
      ['CONFIG_MISSING trustBundle'],
    ],
    ['a find that is no function', { trustBundle: { find: true } }, ['CONFIG_MISSING trustBundle']],
    ['two bundles of one trust domain', { trustBundle: [prod, prod] }, ['CONFIG_CONFLICT trustBundle.prod.test']],
    ['an authority that may not sign', { trustBundle: handMade(authority, mute) }, ['CONFIG_KEY_REFUSED trustBundle']],
    ['an authority with a weak key', { trustBundle: bundleOf(weak) }, ['CONFIG_KEY_REFUSED trustBundle']],
    ['an authority signed over SHA-1', { trustBundle: [bundleOf(old)] }, ['CONFIG_KEY_REFUSED trustBundle']],
    ['a misspelt option', { trustBundle: prod, trustbundle: prod }, ['CONFIG_UNKNOWN_OPTION trustbundle']],
    ['two at once', { bundle: prod }, ['CONFIG_UNKNOWN_OPTION bundle', 'CONFIG_MISSING trustBundle']],
  ])('%s', (_title, options, expected) => {
    let thrown: unknown;
    try {
      clientCertificate(options as ClientCertificateOptions);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(ConfigurationError);
    expect((thrown as ConfigurationError).faults.map(({ code, option }) => `${code} ${option}`)).toEqual(expected);
  });
});
