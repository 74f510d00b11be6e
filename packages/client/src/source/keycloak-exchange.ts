/**
 * The standard token exchange of Keycloak (RFC 8693 as far as Keycloak speaks it). The target is a client of the realm.
 * Keycloak exchanges a token for a client that stands in its `aud`, may add scopes that the token does not have, and
 * writes no `act`: at the target, this service is the caller by `azp`, and nothing says that it acts for somebody.
 */
import { FaultCollector, type Caller } from '@countersign/core';
import type { BoundOnBehalfOfSource, ClientRuntime, OnBehalfOfSource } from '../credential/credential-source.ts';
import { assertGrantOptions } from '../issuer/assert-grant-options.ts';
import { checkExchange, exchangeOptionNames, type ExchangeOptions, type ExchangeSettings } from './exchange-options.ts';
import { bindExchange } from './exchange-source.ts';
import { loginScopes } from './login-scopes.ts';
import { ServiceCallError } from '../fault/service-call-error.ts';
import { judgeIssuedType, tokenTypeUri } from '../issuer/token-type.ts';

/** Options of `keycloakExchange`. The audience parameter is always `audience`. */
export interface KeycloakExchangeOptions extends Omit<ExchangeOptions, 'audienceParameter'> {
  /** The client of the service in the realm, when it is named otherwise than `audience` of the client. */
  readonly targetClientId?: string | undefined;
}

const grantType = 'urn:ietf:params:oauth:grant-type:token-exchange';
const accessToken = tokenTypeUri('access_token');
const known = [...exchangeOptionNames.filter((name) => name !== 'audienceParameter'), 'targetClientId'];

/** Keycloak refuses it otherwise, unless the token was issued to this very client. */
function judgeAudience({ evidence }: Caller, clientId: string): void {
  for (const one of evidence) {
    if (one.kind !== 'access-token') continue;
    if (one.audience.includes(clientId) || one.clientId === clientId) return;
  }
  throw new ServiceCallError('SUBJECT_MISSING', { check: 'aud', expected: clientId });
}

function bind(settings: ExchangeSettings, target: string | undefined, runtime: ClientRuntime): BoundOnBehalfOfSource {
  const { scopes, endpoint } = settings;
  return bindExchange(
    {
      settings,
      growsChain: false,
      judge: (_subject, caller) => judgeAudience(caller, endpoint.clientAuthentication.clientId),
      grantType,
      parametersFor: ({ token }) => ({
        audience: target ?? runtime.audience,
        requested_token_type: accessToken,
        subject_token: token.expose(),
        subject_token_type: accessToken,
      }),
      judgeAnswer: (answer) => judgeIssuedType(answer, accessToken),
      isWithin: (scope) => scopes.includes(scope) || loginScopes.has(scope),
    },
    runtime,
  );
}

/**
 * Credentials for the subjects of requests, by the token exchange of Keycloak.
 * @throws {ConfigurationError} with every fault of the options.
 */
export function keycloakExchange(options: KeycloakExchangeOptions): OnBehalfOfSource {
  const faults = new FaultCollector('keycloakExchange');
  assertGrantOptions(faults, options);
  faults.onlyKnown(options, known);
  const { targetClientId: target } = options;
  if (target !== undefined && (typeof target !== 'string' || target === '')) {
    faults.add(
      'CONFIG_INVALID',
      'targetClientId',
      'is not a text',
      'write the client id of the service, or leave it out',
    );
  }
  const settings = checkExchange(faults, { ...options, audienceParameter: 'audience' });
  faults.throwIfAny();
  return Object.freeze<OnBehalfOfSource>({ bindOnBehalfOf: (runtime) => bind(settings, target, runtime) });
}
