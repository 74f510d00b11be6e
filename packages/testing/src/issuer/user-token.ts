/** The token of a user who has logged in, as the service at the edge receives it: without the login. */
import type { MintOrder } from './issuer-handler.ts';
import { resourceOf, type IssuerSetup } from './issuer-setup.ts';
import type { UserTokenRequest } from './user-token-request.ts';

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
