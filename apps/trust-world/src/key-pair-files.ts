/** A key pair for signing: the private half as PEM in a file of its owner, the public half as a JWK for the others. */
import { generateKeyPairSync } from 'node:crypto';
import { jwkThumbprint } from '@countersign/core';
import { writePrivate } from './world-files.ts';

/** The algorithm of all keys of the demo. */
export const keyAlgorithm = 'ES256';

/** The public half. */
export type PublicJwk = Readonly<Record<string, unknown>>;

/** Makes it, writes the private half, and answers the public one. */
export function writeKeyPair(privateKeyFile: string): PublicJwk {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  writePrivate(privateKeyFile, privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());
  const jwk = publicKey.export({ format: 'jwk' });
  return { ...jwk, kid: jwkThumbprint({ ...jwk }), alg: keyAlgorithm, use: 'sig' };
}
