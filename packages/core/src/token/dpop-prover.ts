/** The signing side of DPoP (RFC 9449 §4.2): one key, and a new proof for each request. */
import type { Secret } from '../errors/secret.ts';

/** What a proof is for. */
export interface ProofRequest {
  readonly method: string;
  /** URL of the request. Query and fragment do not get into the proof. */
  readonly url: string;
  /** The token beside the proof. Absent at a token endpoint. */
  readonly accessToken?: Secret;
  /** The nonce that the server gave last. */
  readonly nonce?: string;
  /** Epoch milliseconds. */
  readonly now: number;
}

/** Signs proofs. */
export interface DpopProver {
  /** SHA-256 thumbprint of its public key (RFC 7638): the `cnf.jkt` of tokens bound to it. */
  readonly thumbprint: string;
  /** A proof with a `jti` of its own, as the value of the header `DPoP`. */
  prove(request: ProofRequest): string;
}
