/** Whether a certificate is the one that a token is bound to (RFC 8705 §3), as a function of the two and nothing else. */
import { X509Certificate } from 'node:crypto';
import { thumbprintOf } from '../certificate/thumbprint.ts';
import { judgeSafely } from '../errors/judge-safely.ts';
import { accept, refuse, type Outcome } from '../errors/outcome.ts';
import type { JsonValue } from '../signature/strict-json.ts';
import { readConfirmation, type Confirmation } from '../token/confirmation.ts';

function read(certificate: X509Certificate | string | Uint8Array): X509Certificate | undefined {
  if (certificate instanceof X509Certificate) return certificate;
  if (typeof certificate !== 'string' && !(certificate instanceof Uint8Array)) return undefined;
  try {
    return new X509Certificate(certificate);
  } catch {
    return undefined;
  }
}

/** The `cnf` of claims, or what was given as it. */
function confirmationIn(given: unknown): JsonValue | undefined {
  const isClaims = typeof given === 'object' && given !== null && Object.hasOwn(given, 'cnf');
  return (isClaims ? (given as { readonly cnf: unknown }).cnf : given) as JsonValue | undefined;
}

/**
 * Judges. Pass the `cnf` of a token, or its claims, and the leaf of the TLS handshake (or its PEM, or its DER), whose
 * key the connection must have proven. A good answer holds what the token is bound to: with a `key` in it, a DPoP proof
 * must be shown as well. Never throws.
 */
export function verifyCertificateBinding(
  cnf: unknown,
  certificate: X509Certificate | string | Uint8Array | undefined,
): Outcome<Confirmation & { readonly certificate: string }> {
  return judgeSafely(() => {
    const confirmation = readConfirmation(confirmationIn(cnf));
    if (!confirmation.ok) return confirmation;
    const { certificate: bound, ...more } = confirmation.value ?? {};
    const expected = 'a token bound to a certificate';
    if (bound === undefined) return refuse('BINDING_MISSING', 'cnf.x5t#S256', { expected });
    if (certificate === undefined) return refuse('BINDING_MISSING', 'certificate', { expected: 'a certificate' });
    const leaf = read(certificate);
    if (leaf === undefined) return refuse('CERTIFICATE_PROFILE_VIOLATED', 'certificate', { expected: 'X.509' });
    if (thumbprintOf(leaf) !== bound) return refuse('BINDING_MISMATCH', 'cnf.x5t#S256');
    return accept({ ...more, certificate: bound });
  });
}
