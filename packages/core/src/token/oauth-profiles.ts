/**
 * Access tokens of authorization servers: JWT access tokens by RFC 9068, and what common products send instead. Each
 * relaxation is listed in words, and each has checks that stand in for what is missing: claims that only an ID token or
 * a security event carries (OpenID Connect Core §2, §3.1.3.6) refuse the token.
 */
import type { JsonObject } from '../signature/strict-json.ts';
import { identifyOauthClient } from './identify-oauth-client.ts';
import { oauthAlgorithms, type TokenProfile } from './profile.ts';

/** JWT access tokens of RFC 9068: `typ` by §2.1, claims by §2.2. */
export const accessTokenProfile: TokenProfile = {
  name: 'at+jwt',
  types: ['at+jwt', 'application/at+jwt'],
  requiredTexts: ['iss', 'sub', 'client_id', 'jti'],
  callerClaims: ['client_id'],
  scopeClaim: 'scope',
  grants: true,
  maxLifetimeSeconds: 900,
  algorithms: oauthAlgorithms,
  relaxes: [],
  identify: identifyOauthClient,
};

/** Those of ID tokens, and `events` of security events and logout tokens (RFC 8417 §2.2), which may say `JWT` too. */
const foreignClaims = ['nonce', 'at_hash', 'c_hash', 's_hash', 'events'];
const jwt = ['jwt', 'application/jwt'];

const relaxed: TokenProfile = { ...accessTokenProfile, types: jwt, foreignClaims };

const typeIsJwt = 'typ is JWT';
const noType = 'typ is absent or JWT';
const severalAudiences = 'several audiences, ours among them';
const noTokenId = 'jti may be absent';

/** Since 26.2 Keycloak begins `jti` with the kind of session, the kind of token and the grant: `cc` is client credentials. */
const ownGrant = /^[a-z]{2}[a-z]{2}cc:/;

/** Keycloak. Its access tokens say `Bearer` or `DPoP` in a claim `typ`, its ID tokens `ID`. */
const keycloak: TokenProfile = {
  ...relaxed,
  name: 'keycloak',
  requiredTexts: ['iss', 'sub', 'jti'],
  fixedTexts: { typ: ['Bearer', 'DPoP'] },
  callerClaims: ['azp'],
  multipleAudiences: true,
  isOwnSubject: ({ jti }) => ownGrant.test(jti as string),
  relaxes: [typeIsJwt, 'azp names the caller', severalAudiences],
};

/** Microsoft Entra ID: `azp` in tokens of version 2.0, `appid` in those of 1.0. */
const entra: TokenProfile = {
  ...relaxed,
  name: 'entra',
  requiredTexts: ['iss', 'sub'],
  fixedTexts: { ver: ['1.0', '2.0'] },
  callerClaims: ['azp', 'appid'],
  scopeClaim: 'scp',
  isOwnSubject: (claims) => claims['idtyp'] === 'app',
  relaxes: [typeIsJwt, 'azp or appid names the caller', 'scp lists the scopes', noTokenId],
};

/** Auth0: its own token profile, and the one by RFC 9068. A client that calls for itself is `<client>@clients`. */
const auth0: TokenProfile = {
  ...relaxed,
  name: 'auth0',
  types: [...accessTokenProfile.types, ...jwt],
  requiredTexts: ['iss', 'sub'],
  callerClaims: ['azp', 'client_id'],
  multipleAudiences: true,
  isOwnSubject: ({ sub }: JsonObject, clientId) => sub === `${clientId}@clients`,
  relaxes: ['typ is at+jwt or JWT', 'azp or client_id names the caller', severalAudiences, noTokenId],
};

/** Okta, custom authorization servers. Those of the organization itself publish no keys for their access tokens. */
const okta: TokenProfile = {
  ...relaxed,
  name: 'okta',
  typeOptional: true,
  requiredTexts: ['iss', 'sub', 'jti'],
  callerClaims: ['cid'],
  scopeClaim: 'scp',
  relaxes: [noType, 'cid names the caller', 'scp lists the scopes'],
};

/** Amazon Cognito user pools. Their access tokens name no audience: the issuer record lists the clients instead. */
const cognito: TokenProfile = {
  ...relaxed,
  name: 'cognito',
  typeOptional: true,
  fixedTexts: { token_use: ['access'] },
  audienceOptional: true,
  relaxes: [noType, 'aud may be absent: clientIds lists whose tokens are accepted'],
};

/** The relaxations, by name. */
export const relaxedProfiles = { keycloak, entra, auth0, okta, cognito } as const;
