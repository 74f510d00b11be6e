/** The options of `accessToken`, checked once: those of its issuers, and those that all of them share. */
import { FaultCollector } from '../errors/configuration-error.ts';
import type { Waiver } from '../errors/waiver.ts';
import type { RevocationSettings } from '../store/revocation-check.ts';
import { checkDpop, type DpopOptions, type DpopRecord } from '../token/dpop-options.ts';
import type { IssuerOptions, IssuerRecord } from '../token/issuer.ts';
import { introspectionWaivers } from '../token/introspecting-verifier.ts';
import type { IssuerSourceSettings } from '../token/sourced-trusts.ts';
import { checkTokenCache, type TokenCacheOptions } from '../token/token-cache-options.ts';
import { checkIssuers, type ManyIssuers } from './check-issuers.ts';
import { checkRevocation, type RevocationOptions } from './check-revocation.ts';

/** What all issuers share. */
export interface SharedTokenOptions extends RevocationOptions {
  /** Limits of the memory of accepted tokens, or `false` to verify every token anew. Default: on. */
  readonly cache?: TokenCacheOptions;
  /** Accept tokens that are bound to a key, with DPoP proofs (RFC 9449). Default: bearer tokens only. */
  readonly dpop?: DpopOptions;
}

/** One issuer, or several, each with its own keys, algorithms and audience. */
export type AccessTokenOptions = SharedTokenOptions & (IssuerOptions | ManyIssuers);

/** The options after the check. */
export interface AccessTokenSettings {
  /** Empty with an issuer source. */
  readonly records: readonly IssuerRecord[];
  readonly source: IssuerSourceSettings | undefined;
  readonly cache: TokenCacheOptions | undefined;
  readonly dpop: DpopRecord | undefined;
  readonly revocation: RevocationSettings | undefined;
  /** By option path. */
  readonly waivers: Readonly<Record<string, Waiver>>;
}

const shared = ['cache', 'dpop', 'revocation', 'allowRevocationStoreOutage'];

/**
 * Checks the options.
 * @throws {ConfigurationError} with every fault.
 */
export function checkAccessTokenOptions(given: AccessTokenOptions): AccessTokenSettings {
  const faults = new FaultCollector('accessToken');
  if (typeof given !== 'object' || given === null) {
    faults.add('CONFIG_MISSING', 'options', 'are not an object', 'pass { issuer: "https://…" }');
    faults.throwIfAny();
  }
  // A copy without prototype: later changes of the object, and of Object.prototype, change nothing here.
  const options: AccessTokenOptions = Object.assign(Object.create(null), given);
  const dpop = options.dpop === undefined ? undefined : checkDpop(faults, options.dpop, 'dpop.');
  const revocation = checkRevocation(faults, options);
  const cache = options.cache === undefined ? undefined : checkTokenCache(faults, options.cache);
  const { records, source } = checkIssuers(faults, options, shared);
  faults.throwIfAny();
  const waivers: Record<string, Waiver> = { ...introspectionWaivers(records) };
  for (const { issuer, allowHttp } of records) {
    if (allowHttp !== undefined) waivers[`allowHttp(${issuer})`] = allowHttp;
  }
  if (dpop?.allowReplayStoreOutage !== undefined) waivers['dpop.allowReplayStoreOutage'] = dpop.allowReplayStoreOutage;
  if (revocation?.allowOutage !== undefined) waivers['allowRevocationStoreOutage'] = revocation.allowOutage;
  return { records, source, cache, dpop, revocation, waivers: Object.freeze(waivers) };
}
