/**
 * The signing side of DPoP (RFC 9449 §4.2): one key, and a new proof for each request. A proof carries the public half
 * and nothing else of the key.
 */
import { createHash, createPublicKey, generateKeyPairSync, randomUUID, type KeyObject } from 'node:crypto';
import { FaultCollector } from '../errors/configuration-error.ts';
import type { Secret } from '../errors/secret.ts';
import { algorithmNames, algorithms, isAlgorithm, type Algorithm, type AlgorithmRow } from '../signature/algorithms.ts';
import { keyThumbprint } from '../signature/jwk-thumbprint.ts';
import { loadPrivateKey, signJws, type PrivateKey } from '../signature/sign-jws.ts';

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

/** Options of `dpopProver`. */
export interface DpopProverOptions {
  /**
   * The private key: unencrypted PEM in a `Secret`, or a `KeyObject`. Default: a new key, which lives as long as the
   * process. Tokens are bound to it, so nobody else needs to know it.
   */
  readonly key?: Secret | KeyObject;
  /** Default `ES256`. */
  readonly algorithm?: Algorithm;
}

const modulusLength = 2048;

function newKey(algorithm: Algorithm): KeyObject {
  const { keyType, curve: namedCurve = '' }: AlgorithmRow = algorithms[algorithm];
  if (keyType === 'rsa') return generateKeyPairSync('rsa', { modulusLength }).privateKey;
  if (keyType === 'ec') return generateKeyPairSync('ec', { namedCurve }).privateKey;
  return generateKeyPairSync('ed25519').privateKey;
}

function readKey(options: DpopProverOptions): PrivateKey {
  const faults = new FaultCollector('dpopProver');
  const { key, algorithm = 'ES256' }: DpopProverOptions = options ?? {};
  faults.onlyKnown(options ?? {}, ['key', 'algorithm']);
  if (!isAlgorithm(algorithm)) {
    faults.add('CONFIG_INVALID', 'algorithm', 'is not an algorithm', `write one of ${algorithmNames.join(', ')}`);
    faults.throwIfAny();
  }
  const loaded = loadPrivateKey(key === undefined ? newKey(algorithm) : key, algorithm);
  if (!loaded.ok) {
    const fix = 'pass new Secret(pem) with an unencrypted private key, or leave it out';
    faults.add('CONFIG_KEY_REFUSED', 'key', loaded.problem, fix);
  }
  faults.throwIfAny();
  return (loaded as { readonly key: PrivateKey }).key;
}

/** RFC 9449 §4.2: without query and fragment. */
function htuOf(text: string): string {
  const url = new URL(text);
  return `${url.origin}${url.pathname}`;
}

/**
 * Makes a prover.
 * @throws {ConfigurationError} with every fault of the options.
 */
export function dpopProver(options: DpopProverOptions = {}): DpopProver {
  const key = readKey(options);
  const publicKey = createPublicKey(key.keyObject);
  const header = { typ: 'dpop+jwt', jwk: publicKey.export({ format: 'jwk' }) };
  return Object.freeze<DpopProver>({
    thumbprint: keyThumbprint(publicKey),
    prove: ({ method, url, accessToken, nonce, now }) => {
      const claims = {
        jti: randomUUID(),
        htm: method,
        htu: htuOf(url),
        iat: Math.floor(now / 1000),
        ...(accessToken !== undefined && {
          ath: createHash('sha256').update(accessToken.expose()).digest('base64url'),
        }),
        ...(nonce !== undefined && { nonce }),
      };
      return signJws(header, claims, key);
    },
  });
}
