/** A key that proves possession (RFC 9449): for tokens bound to it, and for proofs, good and broken. */
import { createHash, randomUUID } from 'node:crypto';
import { FaultCollector, jwkThumbprint, type Algorithm } from '@countersign/core';
import { checkAlgorithm } from './check-algorithm.ts';
import { signRaw } from './mint-token.ts';
import { createSigningKey, type SigningKey } from './signing-key.ts';

/** What a proof is for. */
export interface ProofRequest {
  /** URL of the request, at the origin that the service is configured with. */
  readonly url: string;
  /** Default `GET`. */
  readonly method?: string;
  /** The access token that the proof is shown with. */
  readonly token?: string;
  /** The `DPoP-Nonce` of the service, where it gives one. */
  readonly nonce?: string;
  /** Claims to change; `undefined` removes one. */
  readonly claims?: Readonly<Record<string, unknown>>;
  /** Header members to change; `undefined` removes one. */
  readonly header?: Readonly<Record<string, unknown>>;
}

/** A key of a caller. */
export interface DpopKey {
  /** What a token that is bound to the key carries: `{ jkt }`, for the claim `cnf`. */
  readonly confirmation: { readonly jkt: string };
  readonly signingKey: SigningKey;
  /** A proof for one request. Every call makes a new one. */
  proof(request: ProofRequest): string;
  /** The header lines of a request that shows a token with a new proof. */
  headers(request: ProofRequest & { readonly token: string }): [['authorization', string], ['dpop', string]];
}

/** The public JWK with the members that make the key, and no others. */
function bareJwk({ publicJwk }: SigningKey): Readonly<Record<string, unknown>> {
  const { kid: _kid, alg: _alg, use: _use, ...members } = publicJwk;
  return members;
}

/**
 * Generates a key.
 * @throws {ConfigurationError} when the algorithm is not known.
 */
export function createDpopKey(algorithm: Algorithm = 'ES256'): DpopKey {
  const faults = new FaultCollector('createDpopKey');
  checkAlgorithm(faults, algorithm);
  faults.throwIfAny();
  const signingKey = createSigningKey(algorithm);
  const jwk = bareJwk(signingKey);
  const proof: DpopKey['proof'] = ({ url, method = 'GET', token, nonce, claims, header }) => {
    const goodHeader = { typ: 'dpop+jwt', alg: algorithm, jwk };
    const goodClaims = {
      jti: randomUUID(),
      htm: method,
      htu: url,
      iat: Math.floor(Date.now() / 1000),
      ath: token === undefined ? undefined : createHash('sha256').update(token).digest('base64url'),
      nonce,
    };
    // JSON leaves members out whose value is undefined.
    const payload = JSON.stringify({ ...goodClaims, ...claims });
    return signRaw({ header: JSON.stringify({ ...goodHeader, ...header }), payload }, signingKey);
  };
  return Object.freeze<DpopKey>({
    confirmation: Object.freeze({ jkt: jwkThumbprint(jwk) ?? '' }),
    signingKey,
    proof,
    headers: (request) => [
      ['authorization', `DPoP ${request.token}`],
      ['dpop', proof(request)],
    ],
  });
}
