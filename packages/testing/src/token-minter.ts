/** An issuer reduced to its pen: keys and tokens without a server. For tests that need tokens good and broken. */
import { FaultCollector, type Algorithm } from '@countersign/core';
import { checkAlgorithm } from './check-algorithm.ts';
import { mintToken, signRaw, type RawToken, type TokenChanges } from './mint-token.ts';
import { createSigningKey, type SigningKey } from './signing-key.ts';

/** Options of `createTokenMinter`. */
export interface TokenMinterOptions {
  /** What the tokens carry in `iss`. */
  readonly issuer: string;
  /** What they carry in `aud`. */
  readonly audience: string;
  /** Default `ES256`. */
  readonly algorithm?: Algorithm;
}

/** A JWKS document. */
export interface JwksDocument {
  readonly keys: readonly Readonly<Record<string, unknown>>[];
}

/** Mints tokens. */
export interface TokenMinter {
  readonly issuer: string;
  readonly audience: string;
  /** The public keys as a JWKS document: the signing key first, then the old ones. A new object after each rotation. */
  readonly jwks: JwksDocument;
  /** The key that signs now. */
  readonly signingKey: SigningKey;
  /**
   * A token that is good in every respect (RFC 9068, five minutes, `client_id` and `sub` `test-client`), with these
   * changes; `undefined` removes a member.
   */
  mint(changes?: TokenChanges): Promise<string>;
  /** A token whose header and payload are these texts, signed with the current key. */
  signRaw(token: RawToken): string;
  /** From now on a new key signs. The old ones stay published. */
  rotateKeys(): void;
  /** Takes the keys that no longer sign out of the JWKS. */
  withdrawOldKeys(): void;
}

/**
 * Makes a minter.
 * @throws {ConfigurationError} when issuer or audience is missing, or the algorithm is not known.
 */
export async function createTokenMinter(options: TokenMinterOptions): Promise<TokenMinter> {
  const faults = new FaultCollector('createTokenMinter');
  faults.onlyKnown(options ?? {}, ['issuer', 'audience', 'algorithm']);
  for (const name of ['issuer', 'audience'] as const) {
    if (typeof options?.[name] === 'string' && options[name] !== '') continue;
    faults.add('CONFIG_MISSING', name, 'is missing', `write the text that tokens carry in ${name.slice(0, 3)}`);
  }
  checkAlgorithm(faults, options?.algorithm);
  faults.throwIfAny();
  const { issuer, audience, algorithm } = options;
  let keys: readonly [SigningKey, ...SigningKey[]] = [createSigningKey(algorithm)];
  const document = (): JwksDocument => Object.freeze({ keys: Object.freeze(keys.map((key) => key.publicJwk)) });
  let jwks = document();
  return {
    issuer,
    audience,
    get jwks() {
      return jwks;
    },
    get signingKey() {
      return keys[0];
    },
    mint: (changes) => mintToken({ issuer, audience, key: keys[0] }, changes),
    signRaw: (token) => signRaw(token, keys[0]),
    rotateKeys: () => {
      keys = [createSigningKey(algorithm), ...keys];
      jwks = document();
    },
    withdrawOldKeys: () => {
      keys = [keys[0]];
      jwks = document();
    },
  };
}
