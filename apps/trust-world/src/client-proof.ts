/** How a workload of the demo proves itself to the issuer: with a key, with its certificate, or with a secret. */
import { readFileSync } from 'node:fs';
import {
  clientSecret,
  privateKeyJwt,
  Secret,
  secretFile,
  tlsClientAuth,
  type ClientAuthentication,
} from '@countersign/core';
import { keyAlgorithm } from './key-pair-files.ts';

/** What its settings say about it. */
export type OAuthClient =
  | { readonly clientId: string; readonly proves: 'certificate' }
  | { readonly clientId: string; readonly proves: 'key' | 'secret'; readonly file: string };

/** Makes the proof. That by certificate needs connections which show it. */
export function clientProofOf(client: OAuthClient): ClientAuthentication {
  const { clientId } = client;
  if (client.proves === 'certificate') return tlsClientAuth({ clientId });
  if (client.proves === 'secret') return clientSecret({ clientId, clientSecret: secretFile(client.file) });
  const key = new Secret(readFileSync(client.file, 'utf8'));
  return privateKeyJwt({ clientId, key, algorithm: keyAlgorithm });
}
