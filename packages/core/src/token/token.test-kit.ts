/** Pieces for tests of tokens: good claims, tokens signed over them, and a verifier on a standing clock. */
import { FaultCollector } from '../errors/configuration-error.ts';
import type { Outcome } from '../errors/outcome.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { compactJws, signingKey, type SigningKey } from '../signature/signing-key.test-kit.ts';
import { checkIssuer, type IssuerRecord } from './issuer.ts';
import type { AnyIssuerOptions, IssuerOptions } from './issuer-options.ts';
import type { JudgedToken } from './judged-token.ts';
import { createTokenVerifier, type TokenVerifier } from './token-verifier.ts';
import { createTrusts } from './trusts.ts';

export const issuer = 'https://issuer.test';
export const audience = 'https://inventory.test';
/** The instant of these tests: epoch seconds. */
export const now = 1_795_521_600;

/** Claims of a good token, with changes. A change to `undefined` leaves the claim out. */
export function claimsWith(changes: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return {
    iss: issuer,
    sub: 'orders',
    client_id: 'orders',
    aud: audience,
    exp: now + 290,
    iat: now - 10,
    jti: 'jti-1',
    scope: 'inventory:read',
    ...changes,
  };
}

/** A signed token, with changes to its claims and its header. */
export function tokenWith(
  claims: Readonly<Record<string, unknown>> | string = {},
  header: Readonly<Record<string, unknown>> | string = {},
  key: SigningKey = signingKey('ES256'),
): string {
  return compactJws(
    typeof header === 'string' ? header : { alg: key.algorithm, kid: key.keyId, typ: 'at+jwt', ...header },
    typeof claims === 'string' ? claims : claimsWith(claims),
    key,
  );
}

/** The record of an issuer whose keys are given. */
export function recordWith(options: AnyIssuerOptions = {}): IssuerRecord {
  const faults = new FaultCollector('accessToken');
  const given = { issuer, jwks: { keys: [signingKey('ES256').jwk] }, ...options };
  const record = checkIssuer(given as IssuerOptions, faults, '');
  faults.throwIfAny();
  return record;
}

/** The world as a verifier sees it: the clock stands, and there is no network. */
export function runtimeWith(changes: Partial<Runtime> = {}): Runtime {
  return {
    clock: { now: () => now * 1000, monotonic: () => 0 },
    fetch: () => Promise.reject(new Error('these tests have no network')),
    notify: () => {},
    service: 'spiffe://prod.test/inventory',
    audience: [audience],
    ...changes,
  };
}

/** A verifier for one issuer whose keys are given. */
export function verifierWith(options: AnyIssuerOptions = {}): TokenVerifier {
  return verifierFor([recordWith(options)]);
}

/** A verifier for these issuers. */
export function verifierFor(records: readonly IssuerRecord[], runtime: Runtime = runtimeWith()): TokenVerifier {
  return createTokenVerifier(createTrusts(records, runtime), runtime);
}

/** Verifies where the key is in hand: the answer must come at once. */
export function verifyNow(verifier: TokenVerifier, token: string): Outcome<JudgedToken> {
  const judged = verifier.verify(token);
  if (judged instanceof Promise) throw new Error('the answer did not come at once');
  return judged;
}
