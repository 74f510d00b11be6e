/**
 * Why a TLS handshake failed, in our reasons. Node hides it: the error of a bad certificate is a "socket hang up", and
 * the reason stands beside it, on the socket. What says nothing about a credential (a port scan, plain HTTP, an old
 * protocol) is no refusal of anybody.
 */
import type { Reason } from '../errors/reason.ts';
import { refuse, type Refusal } from '../errors/outcome.ts';

/** OpenSSL's words for a certificate that are not simply "untrusted". */
const verifyReasons: Readonly<Record<string, Reason>> = {
  CERT_HAS_EXPIRED: 'CERTIFICATE_EXPIRED',
  CERT_NOT_YET_VALID: 'CERTIFICATE_EXPIRED',
  CERT_REVOKED: 'CERTIFICATE_REVOKED',
  INVALID_PURPOSE: 'CERTIFICATE_PROFILE_VIOLATED',
  ERROR_IN_CERT_NOT_BEFORE_FIELD: 'CERTIFICATE_PROFILE_VIOLATED',
  ERROR_IN_CERT_NOT_AFTER_FIELD: 'CERTIFICATE_PROFILE_VIOLATED',
};

/** Errors of the protocol that are about the client's credential. */
const protocolReasons: Readonly<Record<string, Reason>> = {
  ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE: 'CREDENTIAL_MISSING',
  // The client shows a certificate whose key it does not hold, or signs the handshake with something weak.
  ERR_SSL_BAD_SIGNATURE: 'CERTIFICATE_UNTRUSTED',
  ERR_SSL_DIGEST_CHECK_FAILED: 'CERTIFICATE_UNTRUSTED',
  ERR_SSL_EE_KEY_TOO_SMALL: 'CERTIFICATE_PROFILE_VIOLATED',
  ERR_SSL_CA_KEY_TOO_SMALL: 'CERTIFICATE_PROFILE_VIOLATED',
  ERR_SSL_CA_MD_TOO_WEAK: 'CERTIFICATE_PROFILE_VIOLATED',
};

/** A code, as Node's errors and sockets have one; they say so in different ways. */
export function codeOf(error: unknown): string {
  if (typeof error === 'string') return error;
  const { code, message } = (error ?? {}) as { readonly code?: unknown; readonly message?: unknown };
  if (typeof code === 'string') return code;
  return typeof message === 'string' ? message : '';
}

/** The refusal; undefined when the handshake failed over something else. */
export function handshakeRefusal(error: unknown, authorizationError: unknown): Refusal | undefined {
  const verifyCode = codeOf(authorizationError);
  if (verifyCode !== '') {
    return refuse(verifyReasons[verifyCode] ?? 'CERTIFICATE_UNTRUSTED', 'tls', { actual: verifyCode });
  }
  const protocolCode = codeOf(error);
  const reason = protocolReasons[protocolCode];
  return reason === undefined ? undefined : refuse(reason, 'tls', { actual: protocolCode });
}
