/**
 * A public key written as PEM (RFC 7468 §13), to the letter: one block `PUBLIC KEY`, and nothing before, behind or
 * inside it. White space, a byte order mark, a comment or another wrapper could make one reader see a key and the next
 * a shared secret. Certificates and private keys are named in the problem, and refused.
 */
import { createPublicKey, type JsonWebKey } from 'node:crypto';
import { importVerificationKey, type ImportedKey } from './verification-key.ts';

const block = /^-----BEGIN PUBLIC KEY-----\r?\n((?:[A-Za-z0-9+/=]{1,76}\r?\n)+)-----END PUBLIC KEY-----\r?\n?$/;
const longest = 8_192;

function refused(problem: string): ImportedKey {
  return { ok: false, problem };
}

function problemOf(text: string): string {
  if (text === '') return 'is empty';
  if (text.includes('PRIVATE KEY')) return 'holds private material';
  if (text.includes('BEGIN CERTIFICATE')) return 'is a certificate, not a public key';
  if (text.includes('BEGIN RSA PUBLIC KEY')) return 'is PKCS#1; write it as SPKI (BEGIN PUBLIC KEY)';
  return text.includes('PUBLIC KEY')
    ? 'has something before, behind or inside its block'
    : 'is not a public key as PEM';
}

function jwkOf(text: string): JsonWebKey | string {
  if (text.length > longest) return `is longer than ${longest} characters`;
  const [, lines] = block.exec(text) ?? [];
  if (lines === undefined) return problemOf(text);
  const base64 = lines.replaceAll(/\r?\n/g, '');
  const der = Buffer.from(base64, 'base64');
  if (der.toString('base64') !== base64) return 'is not canonical base64';
  try {
    const key = createPublicKey({ key: der, format: 'der', type: 'spki' });
    // What stands behind the key in the block would be lost.
    if (!key.export({ format: 'der', type: 'spki' }).equals(der)) return 'is not canonical DER';
    return key.export({ format: 'jwk' });
  } catch {
    return 'cannot be read as a public key';
  }
}

/** Loads a PEM, or `{ key, keyId, algorithm }`. Never throws, and says nothing of what it read. */
export function importPemKey(given: unknown): ImportedKey {
  const members = typeof given === 'object' && given !== null ? given : { key: given };
  const { key, keyId, algorithm, ...unknown } = members as Readonly<Record<string, unknown>>;
  const [foreign] = Object.keys(unknown);
  if (foreign !== undefined) return refused(`has an unknown member`);
  if (typeof key !== 'string') return refused('is not a public key as PEM');
  const jwk = jwkOf(key);
  if (typeof jwk === 'string') return refused(jwk);
  return importVerificationKey({
    ...jwk,
    ...(keyId !== undefined && { kid: keyId }),
    ...(algorithm !== undefined && { alg: algorithm }),
  });
}
