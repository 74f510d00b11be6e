/** Wrong options of issuers do not compile. Checked by the type check, not run. */
import type { AccessTokenOptions } from '../authentication/access-token-options.ts';
import type { IssuerOptions } from './issuer-options.ts';

const issuer = 'https://issuer.example';
const jwks = { keys: [] };

export const good: readonly IssuerOptions[] = [
  { issuer },
  { issuer, profile: 'keycloak', callerClaim: 'azp' },
  { issuer, profile: 'cognito', clientIds: ['web'] },
  { issuer, profile: 'kubernetes', cluster: 'prod-eu' },
  { issuer, profile: 'service-jwt', workload: 'spiffe://prod.example/orders', pem: ['x', { key: 'y', keyId: 'z' }] },
  { profile: 'jwt-svid', trustDomain: 'prod.example', jwks },
  { profile: 'jwt-svid', trustDomain: 'prod.example', jwksFile: '/etc/bundle.json' },
];

export const many: readonly AccessTokenOptions[] = [
  { issuers: [{ issuer }, { profile: 'jwt-svid', trustDomain: 'prod.example', jwks }] },
  { issuers: { find: (name) => (name === issuer ? { issuer } : undefined) }, issuerCache: { maximumIssuers: 10 } },
  { issuers: { find: () => Promise.resolve(undefined) } },
];

// @ts-expect-error a profile nobody knows
export const unknown: IssuerOptions = { issuer, profile: 'oauth' };
// @ts-expect-error a cluster is named
export const noCluster: IssuerOptions = { issuer, profile: 'kubernetes' };
// @ts-expect-error a service speaks for one workload
export const noWorkload: IssuerOptions = { issuer, profile: 'service-jwt' };
// @ts-expect-error tokens without audience need their clients listed
export const noClients: IssuerOptions = { issuer, profile: 'cognito' };
// @ts-expect-error an empty list of clients
export const emptyClients: IssuerOptions = { issuer, profile: 'cognito', clientIds: [] };
// @ts-expect-error a trust domain is named
export const noDomain: IssuerOptions = { profile: 'jwt-svid', jwks };
// @ts-expect-error a trust domain has a bundle
export const noBundle: IssuerOptions = { profile: 'jwt-svid', trustDomain: 'prod.example' };
// @ts-expect-error a trust domain has one bundle
export const twoBundles: IssuerOptions = { profile: 'jwt-svid', trustDomain: 'prod.example', jwks, jwksFile: 'x' };
// @ts-expect-error a trust domain has no issuer
export const namedDomain: IssuerOptions = { profile: 'jwt-svid', trustDomain: 'prod.example', jwks, issuer };
// @ts-expect-error only a cluster has a cluster
export const strayCluster: IssuerOptions = { issuer, cluster: 'prod-eu' };
// @ts-expect-error only a trust domain has one
export const strayDomain: IssuerOptions = { issuer, profile: 'keycloak', trustDomain: 'prod.example' };
// @ts-expect-error only a service has a workload
export const strayWorkload: IssuerOptions = { issuer, profile: 'kubernetes', cluster: 'a', workload: 'b' };
// @ts-expect-error only Cognito lists clients
export const strayClients: IssuerOptions = { issuer, profile: 'okta', clientIds: ['web'] };
// @ts-expect-error a cluster grants no roles
export const clusterRoles: IssuerOptions = { issuer, profile: 'kubernetes', cluster: 'a', rolesClaim: 'groups' };
// @ts-expect-error an issuer is named
export const noIssuer: IssuerOptions = { profile: 'auth0' };
// @ts-expect-error a source finds
export const noSource: AccessTokenOptions = { issuers: { search: () => undefined } };
// @ts-expect-error a list is not remembered
export const rememberedList: AccessTokenOptions = { issuers: [{ issuer }], issuerCache: { maximumIssuers: 10 } };
// @ts-expect-error only a cluster has a cluster
export const strayShared: AccessTokenOptions = { issuer, cluster: 'prod-eu' };
// @ts-expect-error a profile nobody knows
export const unknownShared: AccessTokenOptions = { issuer, profile: 'oauth' };
