/**
 * The key that a token will be bound to: that of the DPoP proof beside the request (RFC 9449 §5), or that of the client
 * certificate (RFC 8705 §3). Proofs are verified with `jose`, so that our own verifier is not its own witness, and by
 * the clock of the issuer.
 */
import type { X509Certificate } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { calculateJwkThumbprint, EmbeddedJWK, jwtVerify, type JWTPayload } from 'jose';
import type { errors, TokenEndpointGrantContext } from 'oidc-provider';
import { certificateOf } from './client-proofs.ts';
import type { IssuerSetup } from './issuer-setup.ts';

/** What the token will carry in `cnf`. */
export type SenderBinding = { readonly jkt: string } | { readonly certificate: X509Certificate } | undefined;

/** The classes of `oidc-provider`, loaded with it. */
export type ProviderErrors = typeof errors;

const proofAlgorithms = ['ES256', 'Ed25519', 'EdDSA'];
const oldestProofSeconds = 300;
const toleranceSeconds = 5;
/** Where requests came in that the server believes to be elsewhere. */
const originalPaths = new WeakMap<IncomingMessage, string>();

/** Remembers the path that the client used, which is the one its proof is for. */
export function keepOriginalPath(request: IncomingMessage): void {
  originalPaths.set(request, request.url ?? '');
}

function isFor({ htm, htu, jti, iat }: JWTPayload, url: string, now: number): boolean {
  if (htm !== 'POST' || htu !== url || typeof jti !== 'string' || jti === '') return false;
  return typeof iat === 'number' && iat <= now + toleranceSeconds && now - iat <= oldestProofSeconds;
}

/** Makes the reader of bindings. */
export function senderBindings(setup: IssuerSetup, { InvalidDpopProof, InvalidGrant, UseDpopNonce }: ProviderErrors) {
  const { issuer, clock, nonces, requireDpopNonce, usedProofs } = setup;

  async function verifyProof(request: IncomingMessage, proof: string): Promise<JWTPayload & { readonly jkt: string }> {
    const now = clock.seconds();
    try {
      const options = { typ: 'dpop+jwt', algorithms: proofAlgorithms, currentDate: new Date(now * 1000) };
      const { payload, protectedHeader } = await jwtVerify(proof, EmbeddedJWK, options);
      if (!isFor(payload, `${issuer}${originalPaths.get(request) ?? '/token'}`, now)) throw new TypeError('not for us');
      return { ...payload, jkt: await calculateJwkThumbprint(protectedHeader.jwk ?? {}) };
    } catch {
      throw new InvalidDpopProof('the proof is no proof for this request, or not a fresh one');
    }
  }

  async function keyOf(context: TokenEndpointGrantContext): Promise<string | undefined> {
    const proofs = context.req.headersDistinct['dpop'] ?? [];
    if (proofs.length === 0) return undefined;
    if (proofs.length > 1) throw new InvalidDpopProof('more than one proof');
    const { jkt, jti, nonce } = await verifyProof(context.req, proofs[0] ?? '');
    const isCurrent = nonces.accepts(nonce);
    if (requireDpopNonce && nonce !== nonces.current) context.set('DPoP-Nonce', nonces.current);
    if (requireDpopNonce && !isCurrent) throw new UseDpopNonce('a nonce of this server is required');
    const used = `${jkt} ${jti ?? ''}`;
    if (usedProofs.has(used)) throw new InvalidDpopProof('the proof was used before');
    usedProofs.add(used);
    return jkt;
  }

  return async (context: TokenEndpointGrantContext): Promise<SenderBinding> => {
    const { client } = context.oidc;
    const jkt = await keyOf(context);
    if (jkt !== undefined) return { jkt };
    if (client['dpopBoundAccessTokens'] === true) throw new InvalidGrant('a DPoP proof is required');
    if (client['tlsClientCertificateBoundAccessTokens'] !== true) return undefined;
    const certificate = certificateOf(context.req);
    if (certificate === undefined) throw new InvalidGrant('a client certificate is required');
    return { certificate };
  };
}
