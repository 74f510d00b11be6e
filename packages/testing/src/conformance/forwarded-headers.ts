/** The headers that proxies write about the certificate of their client, in every format: what a proxy of a case sends. */
import { X509Certificate } from 'node:crypto';
import type { PemIdentity } from '../raw-request.ts';
import { workloads } from './service.ts';

/** Header lines. */
export type Lines = readonly (readonly [name: string, value: string])[];

/** A format that carries the whole certificate. */
export interface WholeFormat {
  readonly format: 'client-cert' | 'nginx' | 'haproxy' | 'caddy' | 'traefik' | 'aws-alb' | 'aws-alb-passthrough';
  readonly write: (identity: PemIdentity) => Lines;
}

const pemBlock = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

function chainOf({ certificatePem }: PemIdentity): readonly string[] {
  return certificatePem.match(pemBlock) ?? [];
}

function base64Of(pem: string): string {
  return new X509Certificate(pem).raw.toString('base64');
}

const leafOf = (identity: PemIdentity): string => chainOf(identity)[0] ?? '';

/** Percent-encoded PEM. */
export function encodedPem(identity: PemIdentity): string {
  return encodeURIComponent(leafOf(identity));
}

/** SHA-256 of the certificate in lower-case hex. */
export function hashOf(identity: PemIdentity): string {
  return new X509Certificate(leafOf(identity)).fingerprint256.replaceAll(':', '').toLowerCase();
}

/** An XFCC element as Envoy writes it for this client. */
export function xfccElement(identity: PemIdentity, uri: string, by: string = workloads.service): string {
  return `By=${by};Hash=${hashOf(identity)};Subject="CN=a,O=\\"b\\"";URI=${uri}`;
}

/** The formats with the whole certificate. */
export const wholeFormats: readonly WholeFormat[] = [
  {
    format: 'client-cert',
    write: (identity) => {
      const [leaf = '', ...rest] = chainOf(identity).map((pem) => `:${base64Of(pem)}:`);
      const chain: Lines = rest.length === 0 ? [] : [['client-cert-chain', rest.join(', ')]];
      return [['client-cert', leaf], ...chain];
    },
  },
  {
    format: 'nginx',
    write: (identity) => [
      ['x-ssl-client-cert', encodedPem(identity)],
      ['x-ssl-client-verify', 'SUCCESS'],
    ],
  },
  {
    format: 'haproxy',
    write: (identity) => [
      ['x-ssl-client-der', base64Of(leafOf(identity))],
      ['x-ssl-client-verify', '0'],
    ],
  },
  { format: 'caddy', write: (identity) => [['x-client-cert-der', base64Of(leafOf(identity))]] },
  {
    format: 'traefik',
    write: (identity) => [['x-forwarded-tls-client-cert', chainOf(identity).map(base64Of).join(',')]],
  },
  {
    format: 'aws-alb',
    write: (identity) => [
      ['x-amzn-mtls-clientcert-leaf', encodedPem(identity)],
      ['x-amzn-mtls-clientcert-subject', 'CN=orders'],
    ],
  },
  {
    format: 'aws-alb-passthrough',
    write: (identity) => [['x-amzn-mtls-clientcert', encodeURIComponent(`${chainOf(identity).join('\n')}\n`)]],
  },
];
