/** What must not compile about calls for subjects, and what must: tsc reads this file, nothing runs it. */
import type { ClientAuthentication } from '@countersign/core';
import {
  entraOnBehalfOf,
  keycloakExchange,
  tokenExchange,
  type CredentialSource,
  type OnBehalfOfSource,
} from '../index.ts';

declare const clientAuthentication: ClientAuthentication;
declare const credentials: CredentialSource;
const issuer = 'https://issuer.internal';
const exchange = { issuer, clientAuthentication, scope: 'payments:charge' };
export const source: OnBehalfOfSource = tokenExchange(exchange);
tokenExchange({ ...exchange, actor: { credentials, tokenType: 'jwt' }, within: { 'payments:charge': ['checkout'] } });
keycloakExchange({ ...exchange, targetClientId: 'payments' });
entraOnBehalfOf({ issuer, clientAuthentication, scope: 'api://p/.default', within: { 'api://p/.default': ['user'] } });
// @ts-expect-error the least that is needed is always said
tokenExchange({ issuer, clientAuthentication });
// @ts-expect-error the least that is needed is always said
keycloakExchange({ issuer, clientAuthentication });
// @ts-expect-error who asks
tokenExchange({ issuer, scope: 'payments:charge' });
// @ts-expect-error a scope is covered by something
tokenExchange({ ...exchange, within: { 'payments:charge': [] } });
// @ts-expect-error an actor shows a token of a source
tokenExchange({ ...exchange, actor: 'self' });
// @ts-expect-error a type that is not traded
tokenExchange({ ...exchange, requestedTokenType: 'refresh_token' });
// @ts-expect-error what a user has granted is said in words of the user's token
entraOnBehalfOf({ issuer, clientAuthentication, scope: 'api://p/.default' });
// @ts-expect-error Keycloak reads one parameter only
keycloakExchange({ ...exchange, audienceParameter: 'resource' as const });
