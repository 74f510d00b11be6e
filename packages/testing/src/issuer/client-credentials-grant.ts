/** The grant `client_credentials` (RFC 6749 §4.4) for one resource (RFC 8707). */
import type { TokenEndpointGrantContext } from 'oidc-provider';
import type { TokenPress } from './issue-token.ts';
import { resourceOf, type IssuerSetup } from './issuer-setup.ts';
import { senderBindings, type ProviderErrors } from './sender-binding.ts';

/** A list of scopes, as texts. */
export function scopeList(scope: unknown): readonly string[] | undefined {
  return typeof scope === 'string' && scope !== '' ? [...new Set(scope.split(' '))] : undefined;
}

/** Makes the handler. */
export function clientCredentialsGrant(setup: IssuerSetup, press: TokenPress, errors: ProviderErrors) {
  const bindingOf = senderBindings(setup, errors);
  return async (context: TokenEndpointGrantContext): Promise<void> => {
    const { client, params } = context.oidc;
    const { resource: wanted, scope } = params;
    if (typeof wanted !== 'string') throw new errors.InvalidTarget('name the one resource that the token is for');
    const resource = resourceOf(setup, wanted);
    if (resource === undefined) throw new errors.InvalidTarget();
    const requested = scopeList(scope) ?? [];
    const own = scopeList(client.scope) ?? [];
    const beyond = requested.filter((one) => !own.includes(one));
    if (beyond.length > 0) throw new errors.InvalidScope('the client may not have this scope', beyond.join(' '));
    const { audience, tokenFormat: format = 'jwt', scopes } = resource;
    context.body = await press.issue({
      client,
      audience,
      format,
      scopes: requested.filter((one) => scopes.includes(one)),
      lifetimeSeconds: setup.tokenLifetimeSeconds,
      binding: await bindingOf(context),
    });
  };
}
