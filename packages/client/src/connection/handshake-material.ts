/**
 * What one handshake needs of ours: the identity to show and the bundle that the server must lead to. Both are asked
 * anew for each request. Where one of them is missing, or our certificate has ended, nothing is sent.
 */
import type { TrustBundle, X509Identity } from '@countersign/core';
import type { MtlsSettings } from './mtls-options.ts';
import { ServiceCallError } from '../fault/service-call-error.ts';

/** An identity and a bundle, as they are now. */
export interface HandshakeMaterial {
  readonly identity: X509Identity;
  readonly bundle: TrustBundle;
}

/** A source may be written by anybody: what it throws is not shown. */
function found<T>(find: () => T | undefined): T | undefined {
  try {
    return find() ?? undefined;
  } catch {
    return undefined;
  }
}

/**
 * The identity of now.
 * @throws {ServiceCallError} `IDENTITY_UNAVAILABLE`.
 */
export function identityOf({ findIdentity }: Pick<MtlsSettings, 'findIdentity'>, now: number): X509Identity {
  const identity = found(findIdentity);
  if (identity === undefined) throw new ServiceCallError('IDENTITY_UNAVAILABLE', { check: 'identity' });
  // Written so that a clock that answers no number, or a certificate without an end, refuses too.
  if (!(now <= identity.notAfter)) {
    throw new ServiceCallError('IDENTITY_UNAVAILABLE', {
      check: 'identity.notAfter',
      actual: 'an expired certificate',
    });
  }
  return identity;
}

/**
 * The bundle of now.
 * @throws {ServiceCallError} `BUNDLE_UNAVAILABLE`.
 */
export function bundleOf({ findBundle, server }: MtlsSettings): TrustBundle {
  const bundle = found(findBundle);
  if (!Array.isArray(bundle?.authorities) || bundle.authorities.length === 0) {
    throw new ServiceCallError('BUNDLE_UNAVAILABLE', { check: 'trustBundle', expected: `the domain of ${server}` });
  }
  return bundle;
}

/**
 * Both.
 * @throws {ServiceCallError} `IDENTITY_UNAVAILABLE` or `BUNDLE_UNAVAILABLE`.
 */
export function materialOf(settings: MtlsSettings, now: number): HandshakeMaterial {
  return { identity: identityOf(settings, now), bundle: bundleOf(settings) };
}
