/**
 * The thumbprint (`x5t#S256`, RFC 8705 §3.1) of the certificate that an identity shows. It is computed once for each
 * identity: a rotated one is a new object.
 */
import { X509Certificate } from 'node:crypto';
import { thumbprintOf, type X509Identity } from '@countersign/core';
import { ServiceCallError } from './service-call-error.ts';

/** Makes the memory of one place that shows certificates. What it answers throws `IDENTITY_UNAVAILABLE`. */
export function shownThumbprint(): (identity: X509Identity) => string {
  let known: { readonly identity: X509Identity; readonly thumbprint: string } | undefined;
  return (identity) => {
    if (known?.identity === identity) return known.thumbprint;
    try {
      known = { identity, thumbprint: thumbprintOf(new X509Certificate(identity.certificate)) };
    } catch {
      // A source of one's own may answer anything.
      throw new ServiceCallError('IDENTITY_UNAVAILABLE', { check: 'identity', expected: 'a certificate as PEM' });
    }
    return known.thumbprint;
  };
}
