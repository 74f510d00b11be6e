/**
 * JWT-SVIDs (SPIFFE JWT-SVID §2 to §4): a SPIFFE ID of the trust domain of the record, and nothing else about it. The
 * header is bounded to three members, and a key of one trust domain never speaks for another.
 */
import { accept, refuse } from '../errors/outcome.ts';
import { parseSpiffeId } from '../identity/spiffe-id.ts';
import type { JsonValue } from '../signature/strict-json.ts';
import type { TokenProfile } from './profile.ts';
import type { Identify } from './token-identity.ts';

const scheme = 'spiffe://';

/** The name under which the record of a trust domain is found: the SPIFFE ID of the domain. */
export function trustDomainIssuer(trustDomain: string): string {
  return `${scheme}${trustDomain}`;
}

/** The name of the record that may judge a SPIFFE ID. Unverified: it selects and does nothing else. */
export function issuerOfSubject(sub: JsonValue | undefined): string | undefined {
  if (typeof sub !== 'string' || !sub.startsWith(scheme)) return undefined;
  const id = parseSpiffeId(sub);
  return id.ok && id.value.path !== '' ? trustDomainIssuer(id.value.trustDomain) : undefined;
}

const identify: Identify = ({ claims, record }) => {
  const sub = claims['sub'] as string;
  const id = parseSpiffeId(sub);
  if (!id.ok || id.value.path === '') {
    return refuse('TOKEN_CLAIM_MISSING', 'sub', { expected: 'the SPIFFE ID of a workload', actual: sub });
  }
  const { trustDomain } = id.value;
  if (trustDomainIssuer(trustDomain) !== record.issuer) {
    return refuse('TOKEN_ISSUER_UNKNOWN', 'sub', { expected: `an id within ${record.issuer}`, actual: sub });
  }
  return accept({ workload: sub, trustDomain, callerClaim: 'sub', clientId: undefined });
};

export const jwtSvidProfile: TokenProfile = {
  name: 'jwt-svid',
  types: ['jwt', 'jose'],
  typeOptional: true,
  headerMembers: ['alg', 'kid', 'typ'],
  keyIdRequired: true,
  keyUse: 'jwt-svid',
  requiredTexts: ['sub'],
  issuedAtOptional: true,
  callerClaims: ['sub'],
  scopeClaim: 'scope',
  grants: false,
  maxLifetimeSeconds: 900,
  algorithms: ['RS256', 'RS384', 'RS512', 'ES256', 'ES384', 'ES512', 'PS256', 'PS384', 'PS512'],
  relaxes: [],
  identify,
};
