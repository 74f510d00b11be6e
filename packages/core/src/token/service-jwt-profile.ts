/**
 * Tokens that a service issues for itself and signs with its own key. Its issuer may speak for exactly one workload,
 * the one its record names, and grants itself nothing: no scopes, no roles, no subject, no actors.
 */
import { accept, refuse } from '../errors/outcome.ts';
import { oauthAlgorithms, type TokenProfile } from './profile.ts';
import type { Identify } from './token-identity.ts';

const identify: Identify = ({ claims, record }) => {
  const { workload } = record;
  const { sub } = claims;
  if (workload === undefined || sub !== workload) {
    return refuse('TOKEN_CLAIM_MISSING', 'sub', { expected: workload ?? 'the workload', actual: sub as string });
  }
  return accept({ workload, trustDomain: record.issuer, callerClaim: 'sub', clientId: undefined });
};

export const serviceJwtProfile: TokenProfile = {
  name: 'service-jwt',
  types: ['service+jwt', 'application/service+jwt'],
  requiredTexts: ['iss', 'sub', 'jti'],
  callerClaims: ['sub'],
  scopeClaim: 'scope',
  grants: false,
  maxLifetimeSeconds: 300,
  algorithms: oauthAlgorithms,
  relaxes: [],
  identify,
};
