/**
 * What a token request proves: the client (RFC 6749 §2.3) and, for bound tokens, the key (RFC 9449 §5). It keeps the
 * nonce that the server gave last (RFC 9449 §8), for the origin that gave it.
 */
import type { Clock } from '@countersign/core';
import type { ClientAuth } from 'oauth4webapi';
import { dpopNonceIn } from '../connection/dpop-nonce-in.ts';
import type { IssuerFetch } from './issuer-fetch.ts';
import { ServiceCallError } from '../fault/service-call-error.ts';
import type { TokenEndpointSettings } from './token-endpoint-options.ts';

/** The proofs of one request. */
export interface RequestProof {
  /** Adds them to the request. */
  readonly prove: ClientAuth;
  /** Whether the server has given a nonce by now that these proofs do not carry. */
  hasNewNonce(): boolean;
}

/** The proofs of one client at one token endpoint. */
export interface TokenEndpointProof {
  /** Those of one request to this address. */
  forRequest(url: string): RequestProof;
  /** The same fetch, which takes over the nonce of each answer. */
  noteNonce(fetch: IssuerFetch): IssuerFetch;
}

/** Makes them. */
export function tokenEndpointProof(
  { clientAuthentication, dpop, issuer }: TokenEndpointSettings,
  clock: Clock,
): TokenEndpointProof {
  let known: { readonly origin: string; readonly nonce: string } | undefined;
  const nonceFor = (url: string): string | undefined =>
    known?.origin === new URL(url).origin ? known.nonce : undefined;

  return {
    forRequest: (url) => {
      let sent: string | undefined;
      return {
        prove: async (...[, , body, headers]) => {
          const now = clock.now();
          try {
            await clientAuthentication.prove({ url, issuer, body, headers, now });
          } catch {
            // What it threw may hold a secret.
            throw new ServiceCallError('CREDENTIAL_UNAVAILABLE', {
              check: 'clientAuthentication',
              expected: 'a proof of this client',
            });
          }
          if (dpop === undefined) return;
          sent = nonceFor(url);
          headers.set('dpop', dpop.prove({ method: 'POST', url, now, ...(sent !== undefined && { nonce: sent }) }));
        },
        hasNewNonce: () => dpop !== undefined && nonceFor(url) !== sent,
      };
    },
    noteNonce: (fetch) => async (url, init) => {
      const response = await fetch(url, init);
      const nonce = dpopNonceIn(response.headers.get('dpop-nonce'));
      if (nonce !== undefined) known = { origin: new URL(url).origin, nonce };
      return response;
    },
  };
}
