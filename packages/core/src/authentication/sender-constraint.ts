/**
 * Whether the request proves every key that its token is bound to (RFC 8705 §3, RFC 9449 §7.1). A bound token without
 * its proof is never a bearer token, and a proof beside a token that is not bound to its key proves nothing.
 */
import { accept, refuse, type Outcome } from '../errors/outcome.ts';
import type { TokenBinding } from '../identity/evidence.ts';
import type { Confirmation } from '../token/confirmation.ts';

/** The keys that this request proved to hold. */
export interface ProvenKeys {
  /** `x5t#S256` of the certificate that the connection proved, if any. */
  certificate(): string | undefined;
  /** Thumbprint of the key of a good DPoP proof; undefined when the token came as a bearer. */
  readonly key?: string | undefined;
}

const unbound = accept<TokenBinding>('none');

/** Compares. Answers how the token is bound. */
export function judgeSenderConstraint(
  confirmation: Confirmation | undefined,
  proven: ProvenKeys,
): Outcome<TokenBinding> {
  // RFC 9449 §7.1: a token presented with the DPoP scheme must be bound to a key.
  if (confirmation?.key === undefined && proven.key !== undefined) {
    return refuse('BINDING_MISMATCH', 'cnf.jkt', { expected: 'a token bound to the key of the proof' });
  }
  if (confirmation === undefined) return unbound;
  const { certificate, key } = confirmation;
  if (key !== undefined && key !== proven.key) {
    return refuse(proven.key === undefined ? 'BINDING_MISSING' : 'BINDING_MISMATCH', 'cnf.jkt');
  }
  if (certificate !== undefined) {
    const shown = proven.certificate();
    if (shown !== certificate) {
      return refuse(shown === undefined ? 'BINDING_MISSING' : 'BINDING_MISMATCH', 'cnf.x5t#S256');
    }
  }
  return accept(certificate === undefined ? 'jkt' : 'x5t#S256');
}
