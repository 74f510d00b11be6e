/** The tools that forged tokens are made with. A row changes one thing of a token that is good. */
import type { Reason } from '@countersign/core';
import { encodeSegment, goodClaims, goodHeader, signRaw } from '../../mint-token.ts';
import { createSigningKey, type SigningKey } from '../../signing-key.ts';
import type { TrickyKeys } from '../key-endpoint.ts';
import type { TrustSetup } from '../trust-setup.ts';
import type { RefusedToken } from '../world.ts';

type Members = Readonly<Record<string, unknown>>;

/** Tools and keys. */
export interface TokenForge {
  readonly issuer: string;
  readonly audience: string;
  /** The key of the trusted issuer. */
  readonly key: SigningKey;
  /** A good key that nobody trusts. */
  readonly attackerKey: SigningKey;
  /** The key of the other trusted issuer, under the same key id. */
  readonly partner: TrustSetup['partner'];
  readonly tricky: TrickyKeys;
  readonly attackerOrigin: string;
  /** Header and claims of the good token. */
  readonly header: Members;
  readonly claims: Members;
  /** The good token with these claims changed. */
  readonly claim: (changes: Members) => string;
  /** The good token with these header members changed, signed with this key (default: the trusted one). */
  readonly head: (changes: Members, key?: SigningKey) => string;
  /** A token of these texts, signed by the trusted key. */
  readonly raw: (texts: { readonly header?: string; readonly payload?: string }) => string;
  /** A token of the good claims whose signature is made by `sign`. */
  readonly signedBy: (header: Members, sign: (signed: string) => Buffer) => string;
}

/** One forged token: what is wrong, the reasons that are right for it, the token. */
export type ForgedRow = readonly [name: string, reason: Reason | readonly Reason[], token: string];

/** Sets the tools out. */
export function createTokenForge({ endpoint, partner, attacker }: TrustSetup): TokenForge {
  const { minter, tricky } = endpoint;
  const { issuer, audience, signingKey: key } = minter;
  const header = goodHeader(key);
  const claims = {
    ...goodClaims({ issuer, audience, key }),
    client_id: 'orders',
    sub: 'orders',
    scope: 'inventory:read',
  };
  const good = { header: JSON.stringify(header), payload: JSON.stringify(claims) };
  return {
    issuer,
    audience,
    key,
    attackerKey: createSigningKey(),
    partner,
    tricky,
    attackerOrigin: attacker.origin,
    header,
    claims,
    claim: (changes) => signRaw({ ...good, payload: JSON.stringify({ ...claims, ...changes }) }, key),
    head: (changes, signer = key) => signRaw({ ...good, header: JSON.stringify({ ...header, ...changes }) }, signer),
    raw: (texts) => signRaw({ ...good, ...texts }, key),
    signedBy: (changes, sign) => {
      const signed = `${encodeSegment(JSON.stringify({ ...header, ...changes }))}.${encodeSegment(good.payload)}`;
      return `${signed}.${sign(signed).toString('base64url')}`;
    },
  };
}

/** Rows as entries of the catalogue. */
export function refusedTokensOf(rows: readonly ForgedRow[], status?: 400 | 403): readonly RefusedToken[] {
  return rows.map(([name, reason, token]) => ({
    name,
    token,
    reasons: typeof reason === 'string' ? [reason] : reason,
    ...(status !== undefined && { status }),
  }));
}
