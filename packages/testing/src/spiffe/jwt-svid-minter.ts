/**
 * The part of a trust domain that signs JWT-SVIDs (SPIFFE JWT-SVID): a signing key, and the bundle that others verify
 * under. Tokens are good by default and wrong when asked.
 */
import { FaultCollector, type Algorithm } from '@countersign/core';
import { checkAlgorithm } from '../check-algorithm.ts';
import { signRaw, type TokenChanges } from '../mint-token.ts';
import { assertNotInProduction } from '../not-in-production.ts';
import { createSigningKey, type SigningKey } from '../signing-key.ts';
import type { JwksDocument } from '../token-minter.ts';

/** Options of `createJwtSvidMinter`. */
export interface JwtSvidMinterOptions {
  /** E.g. `prod.example`. */
  readonly trustDomain: string;
  /** Default `ES256`. */
  readonly algorithm?: Algorithm;
}

/** Whom a token is about and for. */
export interface JwtSvidRequest {
  /** The SPIFFE ID of the workload: `sub`. */
  readonly id: string;
  /** Whom it is for: `aud`. */
  readonly audience: string | readonly string[];
  /** Default 300. */
  readonly lifetimeSeconds?: number;
}

/** Signs JWT-SVIDs. */
export interface JwtSvidMinter {
  readonly trustDomain: string;
  /** The public keys as a JWKS document, each with `use: jwt-svid`. A new object after each rotation. */
  readonly bundle: JwksDocument;
  /** The key that signs now. */
  readonly signingKey: SigningKey;
  /** A good token with these changes; `undefined` removes a member. */
  mint(request: JwtSvidRequest, changes?: TokenChanges): string;
  /** Puts the next key into the bundle. It signs nothing before `rotateKeys()`. */
  publishNextKey(): void;
  /** From now on the next key signs: the published one, or a new one. The old ones stay in the bundle. */
  rotateKeys(): void;
  /** Takes the keys that no longer sign out of the bundle. */
  withdrawOldKeys(): void;
}

const defaultLifetimeSeconds = 300;

function documentOf(keys: readonly SigningKey[]): JwksDocument {
  const published = keys.map(({ publicJwk }) => Object.freeze({ ...publicJwk, use: 'jwt-svid' }));
  return Object.freeze({ keys: Object.freeze(published) });
}

/**
 * Makes a minter.
 * @throws {ConfigurationError} under `NODE_ENV=production`, and for its options.
 */
export function createJwtSvidMinter(options: JwtSvidMinterOptions): JwtSvidMinter {
  assertNotInProduction('createJwtSvidMinter');
  const faults = new FaultCollector('createJwtSvidMinter');
  faults.onlyKnown(options ?? {}, ['trustDomain', 'algorithm']);
  if (typeof options?.trustDomain !== 'string' || options.trustDomain === '') {
    faults.add('CONFIG_MISSING', 'trustDomain', 'is missing', 'write e.g. "prod.example"');
  }
  checkAlgorithm(faults, options?.algorithm);
  faults.throwIfAny();
  const { trustDomain, algorithm } = options;
  let keys: readonly [SigningKey, ...SigningKey[]] = [createSigningKey(algorithm)];
  let next: SigningKey | undefined;
  let bundle = documentOf(keys);
  const publish = (): void => {
    bundle = documentOf(next === undefined ? keys : [...keys, next]);
  };
  return {
    trustDomain,
    get bundle() {
      return bundle;
    },
    get signingKey() {
      return keys[0];
    },
    mint: ({ id, audience, lifetimeSeconds = defaultLifetimeSeconds }, { claims, header } = {}) => {
      const [key] = keys;
      const now = Math.floor(Date.now() / 1000);
      const aud = typeof audience === 'string' ? [audience] : audience;
      // JWT-SVID §2: these three members and no others. JSON leaves members out whose value is undefined.
      const goodHeader = { alg: key.algorithm, kid: key.keyId, typ: 'JWT' };
      const goodClaims = { sub: id, aud, iat: now, exp: now + lifetimeSeconds };
      return signRaw(
        {
          header: JSON.stringify({ ...goodHeader, ...header }),
          payload: JSON.stringify({ ...goodClaims, ...claims }),
        },
        key,
      );
    },
    publishNextKey: () => {
      next ??= createSigningKey(algorithm);
      publish();
    },
    rotateKeys: () => {
      keys = [next ?? createSigningKey(algorithm), ...keys];
      next = undefined;
      publish();
    },
    withdrawOldKeys: () => {
      keys = [keys[0]];
      publish();
    },
  };
}
