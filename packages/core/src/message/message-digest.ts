/** The digest of bytes, as seals carry it: `sha-256:` and base64url. Bytes only: an object has no one form as bytes. */
import { createHash } from 'node:crypto';

/** SHA-256 of bytes, or of a text as UTF-8. */
export function messageDigest(bytes: Uint8Array | string): string {
  return `sha-256:${createHash('sha256').update(bytes).digest('base64url')}`;
}
