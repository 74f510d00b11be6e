/**
 * On behalf of a user, as Microsoft Entra ID does it: the token of the user is the assertion of a JWT bearer grant (RFC
 * 7523 §2.1). Scopes name the service, so no audience is sent. Tokens of applications cannot be traded there, and Entra
 * writes no `act`: at the service, this one is the caller by `azp`.
 */
import { FaultCollector, type SubjectToken } from '@countersign/core';
import type { BoundOnBehalfOfSource, ClientRuntime, OnBehalfOfSource } from '../credential/credential-source.ts';
import { assertGrantOptions } from '../issuer/assert-grant-options.ts';
import { checkExchange, exchangeOptionNames, type ExchangeOptions, type ExchangeSettings } from './exchange-options.ts';
import { bindExchange } from './exchange-source.ts';
import { loginScopes } from './login-scopes.ts';
import { ServiceCallError } from '../fault/service-call-error.ts';

/** Options of `entraOnBehalfOf`. */
export interface EntraOnBehalfOfOptions extends Omit<ExchangeOptions, 'audienceParameter' | 'within'> {
  /** Scopes of one service, e.g. `api://payments/.default`. They, and not `audience`, say whom the token is for. */
  readonly scope: string;
  /** For each scope, scopes (`scp`) of the user's token of which one is enough: Entra knows scopes per service only. */
  readonly within: Readonly<Record<string, readonly [string, ...string[]]>>;
}

const grantType = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
const known = exchangeOptionNames.filter((name) => name !== 'audienceParameter');
const everything = '/.default';

/** What a scope is of: the text before its last slash. Undefined for one that names no service. */
function serviceOf(scope: string): string | undefined {
  const end = scope.lastIndexOf('/');
  return end > 0 && end < scope.length - 1 ? scope.slice(0, end) : undefined;
}

/** Users have scopes, applications have roles. Whether a token says `idtyp` is for each service to choose. */
function judgeUser({ scopes }: SubjectToken): void {
  if (scopes.size > 0) return;
  throw new ServiceCallError('SUBJECT_MISSING', { check: 'scp', expected: 'the token of a user' });
}

function checkScopes(faults: FaultCollector, { scopes, within }: ExchangeSettings, given: unknown): void {
  // A `within` that has faults of its own is not complete.
  const isRead = given === undefined || !faults.any;
  const services = new Set(scopes.map(serviceOf));
  if (scopes.length > 0 && (services.size !== 1 || services.has(undefined))) {
    const fix = 'write scopes with their service before them, e.g. "api://payments/.default"';
    faults.add('CONFIG_INVALID', 'scope', 'is not of one service', fix);
  }
  for (const scope of scopes) {
    if (within.has(scope) || !isRead) continue;
    const fix = 'name scopes of the user that cover it, e.g. { "api://payments/.default": ["access_as_user"] }';
    faults.add('CONFIG_MISSING', `within["${scope}"]`, 'is absent', fix);
  }
}

function bind(settings: ExchangeSettings, runtime: ClientRuntime): BoundOnBehalfOfSource {
  const { scopes } = settings;
  const services = new Set(scopes.filter((scope) => scope.endsWith(everything)).map(serviceOf));
  return bindExchange(
    {
      settings,
      growsChain: false,
      judge: judgeUser,
      grantType,
      parametersFor: ({ token }) => ({ assertion: token.expose(), requested_token_use: 'on_behalf_of' }),
      // `.default` is whatever the user has consented to at that service.
      isWithin: (scope) => scopes.includes(scope) || services.has(serviceOf(scope) ?? '') || loginScopes.has(scope),
    },
    runtime,
  );
}

/**
 * Credentials for the users of requests, by the on-behalf-of flow of Entra ID.
 * @throws {ConfigurationError} with every fault of the options.
 */
export function entraOnBehalfOf(options: EntraOnBehalfOfOptions): OnBehalfOfSource {
  const faults = new FaultCollector('entraOnBehalfOf');
  assertGrantOptions(faults, options);
  faults.onlyKnown(options, known);
  const settings = checkExchange(faults, options);
  checkScopes(faults, settings, options.within);
  faults.throwIfAny();
  return Object.freeze<OnBehalfOfSource>({ bindOnBehalfOf: (runtime) => bind(settings, runtime) });
}
