/**
 * The SHA-256 thumbprint of a public key (RFC 7638): what `cnf.jkt` holds. It is computed from the key and not from the
 * text of a JWK, so that one key has one thumbprint however its JWK is written.
 */
import { createHash, type KeyObject } from 'node:crypto';
import { importVerificationKey } from './verification-key.ts';

/** Required members, in the order that RFC 7638 §3.2 and RFC 8037 §2 ask for. */
const requiredMembers: Readonly<Record<string, readonly string[]>> = {
  EC: ['crv', 'kty', 'x', 'y'],
  OKP: ['crv', 'kty', 'x'],
  RSA: ['e', 'kty', 'n'],
};

/** The thumbprint of a key that was imported, base64url. */
export function keyThumbprint(key: KeyObject): string {
  const jwk = key.export({ format: 'jwk' });
  const members = (requiredMembers[jwk.kty ?? ''] ?? []).map((name) => [name, jwk[name]] as const);
  return createHash('sha256')
    .update(JSON.stringify(Object.fromEntries(members)))
    .digest('base64url');
}

/** The thumbprint of a public JWK, or `undefined` when it is none that may verify. Never throws. */
export function jwkThumbprint(jwk: unknown): string | undefined {
  const imported = importVerificationKey(jwk);
  return imported.ok ? keyThumbprint(imported.key.keyObject) : undefined;
}
