/** Reads what an authorization server grants in a token: scopes, roles, tenant, delegation, authentication context. */
import { accept, type Outcome } from '../errors/outcome.ts';
import { parseActors, parseMayAct, type MayAct } from '../identity/delegation.ts';
import { isScopeToken, maximumScopes, noScopes, parseScopes, type ScopeSet } from '../identity/scope-set.ts';
import type { JsonObject, JsonValue } from '../signature/strict-json.ts';
import type { IssuerRecord } from './issuer.ts';
import { isText } from './judge-audience.ts';
import { isNumericDate, missing } from './judge-times.ts';
import type { TokenProfile } from './profile.ts';

/** What a token grants. */
export interface Grants {
  readonly actors: readonly string[];
  /** Who may act with the token next. */
  readonly mayAct: MayAct | undefined;
  readonly scopes: ScopeSet;
  readonly roles: readonly string[];
  readonly tenant: string | undefined;
  /** Authentication context of the subject (RFC 9068 §2.2.1). */
  readonly acr: string | undefined;
  /** When the subject authenticated, in epoch milliseconds. */
  readonly authTime: number | undefined;
}

/** What the grants are read by. */
type GrantingRecord = Pick<IssuerRecord, 'tenantClaim' | 'rolesClaim'> & {
  readonly profile: Pick<TokenProfile, 'grants' | 'scopeClaim'>;
};

const maximumRoles = 256;

const nothing = accept<Grants>(
  Object.freeze({
    actors: Object.freeze([]),
    mayAct: undefined,
    scopes: noScopes,
    roles: Object.freeze([]),
    tenant: undefined,
    acr: undefined,
    authTime: undefined,
  }),
);

/** The roles a claim lists; undefined when it is no list of texts. */
function rolesOf(claim: JsonValue | undefined): readonly string[] | undefined {
  if (claim === undefined) return [];
  if (!Array.isArray(claim) || claim.length > maximumRoles) return undefined;
  return claim.every((role): role is string => typeof role === 'string') ? claim : undefined;
}

function scopesOf(claim: JsonValue | undefined, listed: boolean): ScopeSet | undefined {
  if (claim === undefined) return noScopes;
  if (typeof claim === 'string') return parseScopes(claim);
  if (!listed || !Array.isArray(claim) || claim.length > maximumScopes) return undefined;
  return claim.every((one) => typeof one === 'string' && isScopeToken(one)) ? parseScopes(claim.join(' ')) : undefined;
}

/** Reads the grants. A profile whose issuer grants nothing has none, whatever its tokens say. */
export function readGrants(claims: JsonObject, record: GrantingRecord): Outcome<Grants> {
  const { profile, tenantClaim, rolesClaim } = record;
  if (!profile.grants) return nothing;
  const tenant = tenantClaim === undefined ? undefined : claims[tenantClaim];
  if (tenant !== undefined && !isText(tenant)) return missing(tenantClaim ?? '', 'a text');
  const { acr, auth_time: authTime } = claims;
  if (acr !== undefined && !isText(acr)) return missing('acr', 'a text');
  if (authTime !== undefined && !isNumericDate(authTime)) return missing('auth_time', 'whole seconds since 1970');
  const { scopeClaim } = profile;
  // RFC 8693 §4.2 writes `scope` as one text. Lists come from products with a claim of their own.
  const scopes = scopesOf(claims[scopeClaim], scopeClaim !== 'scope');
  if (scopes === undefined) return missing(scopeClaim, 'scopes separated by one space, and not too many');
  const roles = rolesOf(claims[rolesClaim]);
  if (roles === undefined) return missing(rolesClaim, 'a list of texts');
  const actors = parseActors(claims['act']);
  if (!actors.ok) return actors;
  const mayAct = parseMayAct(claims['may_act']);
  if (!mayAct.ok) return mayAct;
  return accept({
    actors: actors.value,
    mayAct: mayAct.value,
    scopes,
    roles,
    tenant,
    acr,
    authTime: authTime === undefined ? undefined : authTime * 1000,
  });
}
