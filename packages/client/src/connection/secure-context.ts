/** Our side of a handshake: the key and certificate that are shown, and the authorities that the server must lead to. */
import { constants } from 'node:crypto';
import { createSecureContext, type SecureContext } from 'node:tls';
import type { X509Identity } from '@countersign/core';
import { ServiceCallError } from '../fault/service-call-error.ts';

/**
 * Makes it. Without authorities those of the system count. Sessions are never resumed.
 * @throws {ServiceCallError} `IDENTITY_UNAVAILABLE` for what is no pair.
 */
export function secureContextOf(identity: X509Identity, authorities?: readonly string[]): SecureContext {
  try {
    return createSecureContext({
      key: identity.key.expose(),
      cert: identity.certificate,
      ...(authorities !== undefined && { ca: [...authorities] }),
      minVersion: 'TLSv1.2',
      secureOptions: constants.SSL_OP_NO_TICKET | constants.SSL_OP_NO_RENEGOTIATION,
    });
  } catch {
    // A source of one's own may answer a key and a certificate that are no pair. What OpenSSL says of a key stays here.
    const expected = 'a key and its certificate';
    throw new ServiceCallError('IDENTITY_UNAVAILABLE', { check: 'identity', expected });
  }
}
