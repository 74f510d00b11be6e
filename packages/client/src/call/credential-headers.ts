/** The headers that prove who calls: the token, and beside a bound one a proof that is made for this very attempt. */
import type { Credential } from '../credential/credential-source.ts';
import { ServiceCallError } from '../fault/service-call-error.ts';

/** The attempt that is proven. */
export interface ProvenRequest {
  readonly method: string;
  readonly url: string;
  readonly nonce: string | undefined;
  /** Epoch milliseconds. */
  readonly now: number;
}

/**
 * Makes them. A source may be written by anybody: a scheme that is none of ours, or one without what belongs to it, is
 * refused, and what a prover throws is not shown.
 * @throws {ServiceCallError} `CREDENTIAL_UNAVAILABLE`.
 */
export function credentialHeaders(
  credential: Credential | undefined,
  { nonce, ...request }: ProvenRequest,
): Readonly<Record<string, string>> {
  if (credential === undefined) return {};
  const { scheme, token, prover } = credential;
  const isWhole = scheme === 'DPoP' ? prover !== undefined : scheme === 'Bearer' && prover === undefined;
  if (!isWhole) throw new ServiceCallError('CREDENTIAL_UNAVAILABLE', { check: 'scheme' });
  const authorization = `${scheme} ${token.expose()}`;
  if (prover === undefined) return { authorization };
  try {
    const dpop = prover.prove({ ...request, accessToken: token, ...(nonce !== undefined && { nonce }) });
    return { authorization, dpop };
  } catch {
    throw new ServiceCallError('CREDENTIAL_UNAVAILABLE', { check: 'prover' });
  }
}
