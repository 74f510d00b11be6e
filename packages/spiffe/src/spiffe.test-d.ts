/** What fits where, and what does not compile. Checked by the type check, not run. */
import type { BoundCredentialSource, Credential, CredentialSource, OnBehalfOfSource } from '@countersign/client';
import type {
  AccessTokenOptions,
  IdentitySource,
  JwtBundleSource,
  JwtSvidSource,
  TrustBundleSet,
} from '@countersign/core';
import { bundleEndpoint, createBundleSource, createJwtSource, createX509Source, jwtSvid } from './index.ts';
import type { BundleEndpointOptions, X509SourceOptions } from './index.ts';

const x509 = createX509Source();
export const identity: IdentitySource = x509;
export const trusted: TrustBundleSet = x509;
export const bundles: TrustBundleSet & JwtBundleSource = createBundleSource();
export const partner: TrustBundleSet & JwtBundleSource = bundleEndpoint({
  trustDomain: 'partner.example',
  url: 'https://partner.example/',
  profile: 'https_web',
});
export const credentials: CredentialSource = jwtSvid({ source: createJwtSource() });
export const assertions: JwtSvidSource = createJwtSource();
export const accepted: AccessTokenOptions = {
  profile: 'jwt-svid',
  trustDomain: 'prod.example',
  bundle: createJwtSource(),
};

export const bound: BoundCredentialSource = jwtSvid({ source: createJwtSource() }).bind({
  audience: 'https://a.example',
});
export const credential: Promise<Credential> = Promise.resolve(bound.credential({}));

// @ts-expect-error a JWT-SVID speaks for this workload and for no subject
export const subject: OnBehalfOfSource = jwtSvid({ source: createJwtSource() });

const trustDomain = 'partner.example';
const url = 'https://partner.example/';

// @ts-expect-error a hint or an id
export const both: X509SourceOptions = { pick: { hint: 'internal', spiffeId: 'spiffe://prod.example/orders' } };
// @ts-expect-error the profile is chosen
export const noProfile: BundleEndpointOptions = { trustDomain, url };
// @ts-expect-error https_spiffe needs the bundle to begin with
export const noBundle: BundleEndpointOptions = { trustDomain, url, profile: 'https_spiffe', endpointSpiffeId: 'x' };
// @ts-expect-error a bundle comes from one place
export const twice: AccessTokenOptions = { ...accepted, jwks: { keys: [] } };
