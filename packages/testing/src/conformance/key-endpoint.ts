/**
 * The issuer as the service sees it: a metadata document and a JWKS, over real TLS. Beside the keys that sign, the
 * JWKS holds keys that must never verify anything.
 */
import { generateKeyPairSync, randomBytes, type KeyObject } from 'node:crypto';
import { createServer } from 'node:https';
import { listenOnLoopback } from '../listen-on-loopback.ts';
import type { PemIdentity } from '../raw-request.ts';
import { createSigningKey, type SigningKey } from '../signing-key.ts';
import { createTokenMinter, type TokenMinter } from '../token-minter.ts';

/** Keys that stand in the JWKS and call for care. */
export interface TrickyKeys {
  /** A good ES256 key whose JWK does not name its algorithm. */
  readonly withoutAlgorithm: SigningKey;
  /** RSA of 1,024 bits, published as `weak`. */
  readonly weak: KeyObject;
  /** A symmetric key, published as `symmetric`, for everybody to read. */
  readonly symmetric: Buffer;
}

/** The issuer. */
export interface KeyEndpoint {
  readonly minter: TokenMinter;
  readonly tricky: TrickyKeys;
  /** While down, connections end without an answer. */
  setDown(down: boolean): void;
  close(): Promise<void>;
}

const weakModulusLength = 1024;

/** Starts it. */
export async function startKeyEndpoint(identity: PemIdentity, audience: string): Promise<KeyEndpoint> {
  let isDown = false;
  let documents: Readonly<Record<string, () => object>> = {};
  const tls = { key: identity.keyPem, cert: identity.certificatePem };
  const server = createServer(tls, (request, response) => {
    const document = documents[request.url ?? ''];
    if (isDown || document === undefined) {
      request.socket.destroy();
      return;
    }
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(document()));
  });
  const { port, close } = await listenOnLoopback(server);
  const issuer = `https://localhost:${port}`;
  const minter = await createTokenMinter({ issuer, audience });
  const withoutAlgorithm = createSigningKey();
  const { alg: _unnamed, ...unnamedJwk } = withoutAlgorithm.publicJwk;
  const weak = generateKeyPairSync('rsa', { modulusLength: weakModulusLength });
  const symmetric = randomBytes(32);
  const trickyJwks = [
    unnamedJwk,
    { ...weak.publicKey.export({ format: 'jwk' }), kid: 'weak', use: 'sig' },
    { kty: 'oct', k: symmetric.toString('base64url'), kid: 'symmetric', alg: 'HS256' },
  ];
  documents = {
    '/.well-known/openid-configuration': () => ({ issuer, jwks_uri: `${issuer}/jwks` }),
    '/jwks': () => ({ keys: [...minter.jwks.keys, ...trickyJwks] }),
  };
  return {
    minter,
    tricky: { withoutAlgorithm, weak: weak.privateKey, symmetric },
    setDown: (down) => {
      isDown = down;
    },
    close,
  };
}
