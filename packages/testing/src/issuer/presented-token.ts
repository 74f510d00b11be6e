/**
 * Reads a token that is presented for an exchange (RFC 8693 §2.1): one that this issuer has given out, that has not
 * ended or been withdrawn. JWTs are verified with `jose` under the published keys, opaque ones are looked up.
 */
import { createLocalJWKSet, jwtVerify } from 'jose';
import { scopeList } from './client-credentials-grant.ts';
import type { IssuerSetup } from './issuer-setup.ts';

type Claims = Readonly<Record<string, unknown>>;

/** What it says. */
export interface PresentedToken {
  readonly subject: string;
  readonly clientId: string;
  readonly audience: string;
  readonly scopes: readonly string[];
  /** Epoch seconds. */
  readonly expiresAt: number;
  /** Who acts already. */
  readonly act?: unknown;
  /** Who may. */
  readonly mayAct?: unknown;
  /** What the new token says again. */
  readonly kept: Claims;
}

const keptClaims = ['tenant', 'acr', 'auth_time', 'roles'];

function readClaims(claims: Claims): PresentedToken | undefined {
  const { sub, client_id: clientId, aud, exp, scope, act, may_act: mayAct } = claims;
  if (typeof sub !== 'string' || typeof clientId !== 'string' || typeof aud !== 'string') return undefined;
  if (typeof exp !== 'number') return undefined;
  return {
    subject: sub,
    clientId,
    audience: aud,
    scopes: scopeList(scope) ?? [],
    expiresAt: exp,
    ...(act !== undefined && { act }),
    ...(mayAct !== undefined && { mayAct }),
    kept: Object.fromEntries(keptClaims.filter((name) => name in claims).map((name) => [name, claims[name]])),
  };
}

/** Makes the reader. It answers undefined for whatever is no such token. */
export function presentedTokens({ issuer, keys, clock, store }: IssuerSetup) {
  const keySet = createLocalJWKSet({ keys: keys.map(({ publicJwk }) => publicJwk as never) });

  async function jwtClaims(token: string): Promise<Claims | undefined> {
    try {
      const currentDate = new Date(clock.seconds() * 1000);
      return (await jwtVerify(token, keySet, { issuer, typ: 'at+jwt', currentDate })).payload;
    } catch {
      return undefined;
    }
  }

  function opaqueClaims(token: string): Claims | undefined {
    const row = store.find(token);
    if (row === undefined) return undefined;
    const { accountId, clientId, aud, exp, scope, extra } = row;
    return { ...extra, sub: accountId ?? clientId, client_id: clientId, aud, exp, scope };
  }

  return async (token: string): Promise<PresentedToken | undefined> => {
    if (store.isWithdrawn(token)) return undefined;
    const claims = token.includes('.') ? await jwtClaims(token) : opaqueClaims(token);
    return claims === undefined ? undefined : readClaims(claims);
  };
}
