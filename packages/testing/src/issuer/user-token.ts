/** The token of a user who has logged in, as the service at the edge receives it: without the login. */
import type { MintOrder } from './issuer-handler.ts';
import { resourceOf, type IssuerSetup } from './issuer-setup.ts';

/** The token to mint. */
export interface UserTokenRequest {
  /** The user: `sub`. */
  readonly subject: string;
  /** The client that the user logged in with: one of the issuer. */
  readonly clientId: string;
  /** The service it is for: one of the issuer's resources. */
  readonly audience: string;
  readonly scopes: readonly string[];
  /** Default: what the resource says, or `jwt`. */
  readonly format?: 'jwt' | 'opaque';
  /** Default: as other tokens of the issuer. */
  readonly lifetimeSeconds?: number;
  /** Claim `tenant`. */
  readonly tenant?: string;
  /** Claim `acr`: how the user logged in. */
  readonly acr?: string;
  /** Claim `may_act` (RFC 8693 §4.4): the one client that may act for the user. */
  readonly mayAct?: { readonly sub: string; readonly iss?: string };
}

/** The order for it. Throws for an audience that the issuer does not know, since that is a mistake of the test. */
export function userTokenOrder(setup: IssuerSetup, request: UserTokenRequest): MintOrder {
  const { subject, clientId, audience, scopes, format, lifetimeSeconds, tenant, acr, mayAct } = request;
  const resource = resourceOf(setup, audience);
  if (resource === undefined) throw new TypeError(`The issuer knows no resource ${audience}.`);
  return {
    subject,
    clientId,
    audience,
    scopes,
    format: format ?? resource.tokenFormat ?? 'jwt',
    lifetimeSeconds: lifetimeSeconds ?? setup.tokenLifetimeSeconds,
    claims: {
      ...(tenant !== undefined && { tenant }),
      ...(acr !== undefined && { acr }),
      ...(mayAct !== undefined && { may_act: mayAct }),
    },
  };
}
