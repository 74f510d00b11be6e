/**
 * What every way to act for a subject says: where tokens are traded, for which scopes, and which tokens may be traded at
 * all. A part of the options of `tokenExchange` and its like, checked with them.
 */
import type { FaultCollector } from '@countersign/core';
import { checkScope } from '../issuer/check-scope.ts';
import { checkWithin } from './scope-limits.ts';
import {
  checkTokenEndpoint,
  tokenEndpointOptionNames,
  type TokenEndpointOptions,
  type TokenEndpointSettings,
} from '../issuer/token-endpoint-options.ts';

/** The options of all grants for a subject. */
export interface ExchangeOptions extends TokenEndpointOptions {
  /** What to ask for, space-separated. The token of the subject must have these scopes, or those that `within` names. */
  readonly scope: string;
  /**
   * Scopes that the token of the subject does not have by name: for each of them, scopes of the subject of which one is
   * enough. Write it where a service has words of its own, e.g. `{ 'payments:charge': ['checkout:write'] }`.
   */
  readonly within?: Readonly<Record<string, readonly [string, ...string[]]>> | undefined;
  /** Issuers whose tokens are traded at `issuer`. No other token of a subject is sent there. Default: `[issuer]`. */
  readonly subjectIssuers?: readonly [string, ...string[]] | undefined;
  /** The name of this service in `may_act` (RFC 8693 §4.4). Default: its client id. */
  readonly actorId?: string | undefined;
}

/** The options after the check. */
export interface ExchangeSettings {
  readonly endpoint: TokenEndpointSettings;
  readonly scopes: readonly string[];
  readonly within: ReadonlyMap<string, readonly string[]>;
  readonly subjectIssuers: ReadonlySet<string>;
  readonly actorId: string;
}

/** The names of the options, for `FaultCollector.onlyKnown`. */
export const exchangeOptionNames: readonly string[] = [
  ...tokenEndpointOptionNames,
  'scope',
  'within',
  'subjectIssuers',
  'actorId',
];

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

function isListOfTexts(value: unknown): boolean {
  return Array.isArray(value) && value.length > 0 && value.every(isText);
}

/** Checks these options and adds their faults to those of the grant. What it answers counts only without any. */
export function checkExchange(faults: FaultCollector, options: ExchangeOptions): ExchangeSettings {
  const { issuer, scope, within, actorId } = options;
  const endpoint = checkTokenEndpoint(faults, options);
  const scopes = checkScope(faults, scope);
  if (scope === undefined) {
    faults.add('CONFIG_MISSING', 'scope', 'is absent', 'write the least that the call needs, e.g. "payments:charge"');
  }
  const issuers: unknown = options.subjectIssuers ?? [issuer];
  // Without the option it is the issuer, whose own fault stands there already.
  if (options.subjectIssuers !== undefined && !isListOfTexts(issuers)) {
    faults.add('CONFIG_INVALID', 'subjectIssuers', 'is not a list of issuers', 'leave it out, or list the issuers');
  }
  if (actorId !== undefined && !isText(actorId)) {
    faults.add('CONFIG_INVALID', 'actorId', 'is not a text', 'leave it out, or write the sub that may_act names');
  }
  return Object.freeze<ExchangeSettings>({
    endpoint,
    scopes,
    within: checkWithin(faults, scopes, within),
    subjectIssuers: new Set(Array.isArray(issuers) ? (issuers as readonly string[]) : []),
    actorId: actorId ?? endpoint.clientAuthentication?.clientId,
  });
}
