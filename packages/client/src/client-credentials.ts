/**
 * Tokens for this workload itself (RFC 6749 §4.4): asked for with a client id and secret, for exactly the audience of
 * the service, kept and renewed.
 */
import { FaultCollector } from '@countersign/core';
import { checkClientCredentials, type ClientCredentialsOptions } from './client-credentials-options.ts';
import type { ClientCredentialsSettings } from './client-credentials-options.ts';
import type { BoundCredentialSource, ClientRuntime, CredentialSource } from './credential-source.ts';
import { issuerFetch } from './issuer-fetch.ts';
import { requestToken } from './request-token.ts';
import { metadataOf } from './server-metadata.ts';
import { TokenCache, type FetchToken } from './token-cache.ts';
import { tokenKey } from './token-key.ts';
import { openTransport } from './transport.ts';

/** RFC 8707 §2: an absolute URI without fragment. */
function checkAudience({ audienceParameter }: ClientCredentialsSettings, audience: string): void {
  if (audienceParameter !== 'resource' || (URL.canParse(audience) && !audience.includes('#'))) return;
  const faults = new FaultCollector('clientCredentials');
  const fix = 'write the audience as a URI, or set audienceParameter: "audience" if the issuer wants that';
  faults.add('CONFIG_INVALID', 'audience', 'is not an absolute URI, as RFC 8707 demands', fix);
  faults.throwIfAny();
}

function bind(settings: ClientCredentialsSettings, runtime: ClientRuntime): BoundCredentialSource {
  const { issuer, clientId, scopes, timeoutSeconds, allowHttp } = settings;
  const { clock, audience, notify } = runtime;
  checkAudience(settings, audience);
  if (allowHttp !== undefined) {
    const facts = { option: 'credentials.allowHttp', expires: allowHttp.expires, owner: allowHttp.owner };
    notify({ code: 'WAIVER_IN_FORCE', level: 'warn', message: 'The issuer may be on plain http.', facts });
  }
  const transport = openTransport(settings, clock);
  const findMetadata = metadataOf(settings, clock);
  const cache = new TokenCache({ clock, notify });
  const key = tokenKey({ issuer, clientId, audience, scopes });

  const fetchToken: FetchToken = async (signal) => {
    const fetch = issuerFetch(transport, { timeoutSeconds, signal });
    const granted = await requestToken({ settings, audience, metadata: await findMetadata(fetch), fetch });
    const missing = granted.scopes === undefined ? [] : scopes.filter((scope) => !granted.scopes?.includes(scope));
    if (missing.length > 0) {
      const facts = { missing: missing.join(' ') };
      notify({ code: 'TOKEN_SCOPES_NARROWED', level: 'warn', message: 'The issuer gave fewer scopes.', facts });
    }
    return granted;
  };

  return {
    credential: ({ rejected }) => {
      if (rejected !== undefined) cache.reject(key, rejected);
      return cache.get(key, fetchToken);
    },
    close: async () => {
      cache.close();
      await transport.close();
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
