import { describe, expect, test } from 'vitest';
import { root } from '../certificate/certificate.test-kit.ts';
import { ConfigurationError } from '../errors/configuration-error.ts';
import { trustBundle } from '../certificate/trust-bundle.ts';
import { clientCertificate } from './client-certificate.ts';
import type { ForwardedCertificateOptions } from './forwarded-certificate-options.ts';
import { forwardedCertificate } from './forwarded-certificate.ts';

const waiver = { reason: 'the load balancer has no certificate', owner: 'edge', expires: '2099-01-01' };
const from = { loopback: true } as const;

/** The options that a call finds faults with. */
function faultsOf(options: unknown): readonly string[] {
  try {
    forwardedCertificate(options as ForwardedCertificateOptions);
    return [];
  } catch (error) {
    return (error as ConfigurationError).faults.map(({ option }) => option);
  }
}

describe('options of forwardedCertificate', () => {
  test.each<readonly [string, ForwardedCertificateOptions]>([
    ['a proxy with a certificate', { format: 'client-cert', from: { caller: 'spiffe://prod.test/proxy' } }],
    ['two of them', { format: 'traefik', from: { caller: ['spiffe://prod.test/a', 'spiffe://prod.test/b'] } }],
    ['a Unix socket', { format: 'aws-alb', from: { unixSocket: true } }],
    ['a sidecar', { format: 'xfcc', from, by: [], through: ['spiffe://prod.test/gateway'], replaces: true }],
    ['addresses, with a waiver', { format: 'caddy', from: { cidr: ['10.0.0.0/28', 'fd00::/64'], waiver } }],
    [
      'headers of its own',
      { format: 'nginx', from, headers: { certificate: 'SSL-Client-Cert', verify: 'ssl-client-verify' } },
    ],
    ['Linkerd', { format: 'l5d-client-id', from, cluster: 'prod', identityDomain: 'identity.linkerd.example.org' }],
  ])('are good for %s', (_case, options) => {
    expect(forwardedCertificate(options)).toEqual({ format: options.format });
  });

  test.each<readonly [string, unknown, readonly string[]]>([
    ['nothing', undefined, ['format']],
    ['an unknown format', { format: 'x-ssl', from }, ['format']],
    ['a name of Object.prototype as format', { format: 'constructor', from }, ['format']],
    ['no hop', { format: 'xfcc' }, ['from']],
    ['an empty hop', { format: 'xfcc', from: {} }, ['from']],
    ['two hops', { format: 'xfcc', from: { loopback: true, unixSocket: true } }, ['from']],
    ['a hop that is switched off', { format: 'xfcc', from: { loopback: false } }, ['from.loopback']],
    ['an unknown hop', { format: 'xfcc', from: { header: 'x' } }, ['from.header']],
    ['a waiver that waives nothing', { format: 'xfcc', from: { loopback: true, waiver } }, ['from']],
    ['a pattern of callers', { format: 'xfcc', from: { caller: 'spiffe://prod.test/**' } }, ['from.caller']],
    ['no caller', { format: 'xfcc', from: { caller: [] } }, ['from.caller']],
    ['a caller that is no id', { format: 'xfcc', from: { caller: 'proxy' } }, ['from.caller']],
    ['addresses without a waiver', { format: 'xfcc', from: { cidr: ['10.0.0.0/8'] } }, ['from.waiver']],
    ['no address', { format: 'xfcc', from: { cidr: [], waiver } }, ['from.cidr']],
    ['everybody', { format: 'xfcc', from: { cidr: ['0.0.0.0/0'], waiver } }, ['from.cidr']],
    ['everybody in IPv6', { format: 'xfcc', from: { cidr: ['::/1'], waiver } }, ['from.cidr']],
    ['everybody with IPv4', { format: 'xfcc', from: { cidr: ['::ffff:0.0.0.0/96'], waiver } }, ['from.cidr']],
    ['a zone', { format: 'xfcc', from: { cidr: ['fe80::1%eth0/64'], waiver } }, ['from.cidr']],
    ['an address without a length', { format: 'xfcc', from: { cidr: ['10.0.0.1'], waiver } }, ['from.cidr']],
    ['a length that is too long', { format: 'xfcc', from: { cidr: ['10.0.0.0/33'], waiver } }, ['from.cidr']],
    ['a host name', { format: 'xfcc', from: { cidr: ['proxy/32'], waiver } }, ['from.cidr']],
    ['two faults', { format: 'xfcc', from: { cidr: ['x'] }, bye: [] }, ['bye', 'from.cidr', 'from.waiver']],
    ['by that is no list', { format: 'xfcc', from, by: 'spiffe://prod.test/a' }, ['by']],
    ['through nobody', { format: 'xfcc', from, through: [] }, ['through']],
    ['through a pattern', { format: 'xfcc', from, through: ['*'] }, ['through']],
    ['replaces: false', { format: 'xfcc', from, replaces: false }, ['replaces']],
    ['an option of another format', { format: 'client-cert', from, by: [] }, ['by']],
    ['headers where they are fixed', { format: 'xfcc', from, headers: {} }, ['headers']],
    [
      'a header with an underscore',
      { format: 'caddy', from, headers: { certificate: 'x_cert' } },
      ['headers.certificate'],
    ],
    [
      'a header that is no name',
      { format: 'caddy', from, headers: { certificate: 'x cert' } },
      ['headers.certificate'],
    ],
    ['a header for what the format has not', { format: 'caddy', from, headers: { verify: 'x' } }, ['headers.verify']],
    ['one header twice', { format: 'nginx', from, headers: { certificate: 'a', verify: 'A' } }, ['headers']],
    ['Linkerd without a cluster', { format: 'l5d-client-id', from }, ['cluster']],
    ['a cluster with a slash', { format: 'l5d-client-id', from, cluster: 'a/b' }, ['cluster']],
    ['no identity domain', { format: 'l5d-client-id', from, cluster: 'a', identityDomain: 'b' }, ['identityDomain']],
  ])('are refused with %s', (_case, options, expected) => {
    expect([...faultsOf(options)].toSorted()).toEqual([...expected].toSorted());
  });

  test('are passed on only as forwardedCertificate made them', () => {
    const bundle = trustBundle({ trustDomain: 'prod.test', pem: root().pem });
    for (const forwarded of [{ format: 'xfcc' }, true, null, 'xfcc']) {
      const make = () => clientCertificate({ trustBundle: bundle, forwarded: forwarded as never });
      expect(make).toThrow(ConfigurationError);
    }
  });
});
