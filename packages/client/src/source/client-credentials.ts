/**
 * Tokens for this workload itself (RFC 6749 §4.4): asked for under its own client id, for exactly the audience of the
 * service, kept and renewed. The key of the cache is made once, and again only when what the tokens are bound to changes.
 */
import { checkAudience } from '../issuer/check-audience.ts';
import { checkClientCredentials, type ClientCredentialsOptions } from './client-credentials-options.ts';
import type { ClientCredentialsSettings } from './client-credentials-options.ts';
import type { BoundCredentialSource, ClientRuntime, CredentialSource } from '../credential/credential-source.ts';
import { TokenCache, type FetchToken } from '../credential/token-cache.ts';
import { tellNarrowed } from '../issuer/tell-narrowed.ts';
import { openTokenEndpoint } from '../issuer/token-endpoint.ts';
import { tokenKey } from '../credential/token-key.ts';

function bind(
  { endpoint: settings, scopes }: ClientCredentialsSettings,
  runtime: ClientRuntime,
): BoundCredentialSource {
  const { issuer, audienceParameter, certificateBound } = settings;
  const { clientId } = settings.clientAuthentication;
  const { clock, audience, notify } = runtime;
  checkAudience('clientCredentials', settings, audience);
  const endpoint = openTokenEndpoint(settings, runtime);
  const cache = new TokenCache({ clock, notify });
  const parameters = new URLSearchParams({ [audienceParameter]: audience });
  if (scopes.length > 0) parameters.set('scope', scopes.join(' '));
  const keyOf = (binding: string | undefined): string => tokenKey({ issuer, clientId, audience, scopes, binding });

  const fetchToken: FetchToken = async (signal) => {
    const granted = await endpoint.request({ grantType: 'client_credentials', parameters }, signal);
    tellNarrowed(granted, scopes, notify);
    return granted;
  };

  let bound: string | undefined;
  let key = keyOf(bound);
  /** Only a certificate can change under us. */
  const followBinding = (): void => {
    const binding = endpoint.binding();
    if (binding === bound) return;
    cache.forget(key);
    bound = binding;
    key = keyOf(binding);
  };
  if (!certificateBound) followBinding();

  return {
    credential: ({ rejected }) => {
      if (certificateBound) followBinding();
      if (rejected !== undefined) cache.reject(key, rejected);
      return cache.get(key, fetchToken);
    },
    close: async () => {
      cache.close();
      await endpoint.close();
    },
  };
}

/**
 * Credentials by the client credentials grant.
 * @throws {ConfigurationError} with every fault of the options.
 */
export function clientCredentials(options: ClientCredentialsOptions): CredentialSource {
  const settings = checkClientCredentials(options);
  return Object.freeze<CredentialSource>({ bind: (runtime) => bind(settings, runtime) });
}
