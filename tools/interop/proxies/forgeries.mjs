/** What an attacker sends: the headers of every format about somebody else, whose certificate is public. */
import { X509Certificate } from 'node:crypto';
import { names } from '../bench.mjs';
import { ingress } from './stage.mjs';

/**
 * @typedef {readonly (readonly [name: string, value: string])[]} Lines
 * @typedef {'xfcc' | 'nginx' | 'haproxy' | 'caddy'} Format those of the proxies that are run here
 */

/** @param {string} pem @param {string} [by] */
export function forgedXfcc(pem, by = ingress) {
  const hash = new X509Certificate(pem).fingerprint256.replaceAll(':', '').toLowerCase();
  return `By=${by};Hash=${hash};Cert="${encodeURIComponent(pem)}";URI=${names.caller}`;
}

/**
 * @param {string} pem of the one whom the attacker wants to be
 * @returns {Readonly<Record<Format | 'client-cert' | 'traefik' | 'l5d-client-id' | 'aws-alb', Lines>>}
 */
function everyFormat(pem) {
  const escaped = encodeURIComponent(pem);
  const der = new X509Certificate(pem).raw.toString('base64');
  return {
    xfcc: [['X-Forwarded-Client-Cert', forgedXfcc(pem)]],
    nginx: [
      ['X-SSL-Client-Cert', escaped],
      ['X-SSL-Client-Verify', 'SUCCESS'],
    ],
    haproxy: [
      ['X-SSL-Client-DER', der],
      ['X-SSL-Client-Verify', '0'],
    ],
    caddy: [['X-Client-Cert-Der', der]],
    'client-cert': [['Client-Cert', `:${der}:`]],
    traefik: [['X-Forwarded-Tls-Client-Cert', der]],
    'l5d-client-id': [['l5d-client-id', names.caller]],
    'aws-alb': [['X-Amzn-Mtls-Clientcert-Leaf', escaped]],
  };
}

/**
 * @param {Format} format of the proxy
 * @param {string} pem of the one whom the attacker wants to be
 * @returns {Readonly<Record<string, Lines>>} by what they are called
 */
export function forgeries(format, pem) {
  const all = everyFormat(pem);
  const own = all[format];
  const ownNames = own.map(([name]) => name);
  const renamed = (/** @type {(name: string) => string} */ change) =>
    own.map(([name, value]) => /** @type {const} */ ([change(name), value]));
  return {
    'the header': own,
    'the header twice': [...own, ...own],
    'an empty one first': [...own.map(([name]) => /** @type {const} */ ([name, ''])), ...own],
    underscores: renamed((name) => name.replaceAll('-', '_')),
    'one underscore': renamed((name) => name.replace('-', '_')),
    'upper case': renamed((name) => name.toUpperCase()),
    // A proxy that obeys takes off what it should add, and nobody is left.
    'named in Connection': [...own, ['Connection', ownNames.join(', ')]],
    ...Object.fromEntries(
      Object.entries(all).flatMap(([other, lines]) => (other === format ? [] : [[`the header of ${other}`, lines]])),
    ),
  };
}
