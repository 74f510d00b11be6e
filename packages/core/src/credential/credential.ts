/** Credentials as presented: it says so, nothing is trusted. Values sit in `Secret`. */
import type { Secret } from '../errors/secret.ts';
import type { ForwardedCaller } from './forwarded-caller.ts';
import type { PeerCertificate } from './request-facts.ts';

/** A bearer token from the Authorization header (RFC 6750 §2.1). */
export interface BearerToken {
  readonly kind: 'bearer-token';
  readonly token: Secret;
}

/** A token with a proof of possession (RFC 9449 §7.1): the DPoP scheme, and every value of the DPoP header. */
export interface DpopToken {
  readonly kind: 'dpop-token';
  readonly token: Secret;
  /** One element per field line. There should be one; whoever verifies says so. */
  readonly proofs: readonly Secret[];
}

/** A certificate from the TLS handshake. */
export interface PresentedCertificate {
  readonly kind: 'client-certificate';
  readonly peer: PeerCertificate;
}

/** What a proven proxy tells of the certificate of its client. */
export interface PresentedForwardedCertificate {
  readonly kind: 'forwarded-certificate';
  readonly forwarded: ForwardedCaller;
}

/** The seal of a message. */
export interface PresentedSeal {
  readonly kind: 'sealed-message';
  readonly seal: Secret;
}

/** One credential of a request. */
export type PresentedCredential =
  | BearerToken
  | DpopToken
  | PresentedCertificate
  | PresentedForwardedCertificate
  | PresentedSeal;

/** The kinds of credential. */
export type CredentialKind = PresentedCredential['kind'];
