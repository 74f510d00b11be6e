/** The table of token profiles. */
import { jwtSvidProfile } from './jwt-svid-profile.ts';
import { kubernetesProfile } from './kubernetes-profile.ts';
import { accessTokenProfile, relaxedProfiles } from './oauth-profiles.ts';
import type { ProfileName, TokenProfile } from './profile.ts';
import { serviceJwtProfile } from './service-jwt-profile.ts';

/** Without prototype: what somebody put on Object.prototype is no part of a profile. */
function closed(profile: TokenProfile): TokenProfile {
  return Object.freeze(Object.assign(Object.create(null) as TokenProfile, profile));
}

/** Every profile, by name. */
export const profiles: Readonly<Record<ProfileName, TokenProfile>> = Object.freeze({
  'at+jwt': closed(accessTokenProfile),
  'jwt-svid': closed(jwtSvidProfile),
  kubernetes: closed(kubernetesProfile),
  'service-jwt': closed(serviceJwtProfile),
  keycloak: closed(relaxedProfiles.keycloak),
  entra: closed(relaxedProfiles.entra),
  auth0: closed(relaxedProfiles.auth0),
  okta: closed(relaxedProfiles.okta),
  cognito: closed(relaxedProfiles.cognito),
});

/** Whether a text names a profile. */
export function isProfileName(name: unknown): name is ProfileName {
  return typeof name === 'string' && Object.hasOwn(profiles, name);
}
