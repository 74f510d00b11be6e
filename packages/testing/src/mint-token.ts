/**
 * Writes JWT access tokens: good ones (RFC 9068 §2.2), and with changes anything else. A good header is signed by
 * `jose`, so that a token we make is one that others make too; a changed one by hand, because `jose` would refuse.
 */
import { randomUUID } from 'node:crypto';
import { CompactSign } from 'jose';
import type { SigningKey } from './signing-key.ts';

/** Claims and header members to change; `undefined` removes one. */
export interface TokenChanges {
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly header?: Readonly<Record<string, unknown>>;
}

/** What a token is made from. */
export interface TokenTemplate {
  readonly issuer: string;
  readonly audience: string;
  readonly key: SigningKey;
  /** Epoch seconds. Default: the clock of the machine. */
  readonly now?: number;
}

/** Header and payload as JSON text, or as any other text: written as it is. */
export interface RawToken {
  readonly header: string;
  readonly payload: string;
}

const lifetimeSeconds = 300;

/** Text as base64url. */
export function encodeSegment(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64url');
}

/** The members of a good token's header. */
export function goodHeader({ algorithm, keyId }: SigningKey): Readonly<Record<string, unknown>> {
  return { alg: algorithm, typ: 'at+jwt', kid: keyId };
}

/** The claims of a good token: five minutes, one audience, a client that acts for itself. */
export function goodClaims(template: TokenTemplate): Readonly<Record<string, unknown>> {
  const { issuer, audience, now = Math.floor(Date.now() / 1000) } = template;
  return {
    iss: issuer,
    sub: 'test-client',
    client_id: 'test-client',
    aud: audience,
    iat: now,
    exp: now + lifetimeSeconds,
    jti: randomUUID(),
  };
}

/** Signs whatever the texts say. */
export function signRaw({ header, payload }: RawToken, key: SigningKey): string {
  const signed = `${encodeSegment(header)}.${encodeSegment(payload)}`;
  return `${signed}.${key.sign(signed).toString('base64url')}`;
}

/** Mints a token. */
export async function mintToken(template: TokenTemplate, { claims, header }: TokenChanges = {}): Promise<string> {
  const { key } = template;
  // JSON leaves members out whose value is undefined.
  const payload = JSON.stringify({ ...goodClaims(template), ...claims });
  if (header !== undefined) return signRaw({ header: JSON.stringify({ ...goodHeader(key), ...header }), payload }, key);
  return new CompactSign(Buffer.from(payload, 'utf8'))
    .setProtectedHeader({ ...goodHeader(key), alg: key.algorithm })
    .sign(key.privateKey);
}
