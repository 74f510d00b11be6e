/**
 * The catalogue of certificates that must be refused (attack rows 44 to 49 and 51). Each row changes one thing of a
 * certificate that is good, and most are signed by the very authority that the service trusts.
 */
import type { Reason } from '@countersign/core';
import type { CertificateRequest } from '../certificate-request.ts';
import type { PemIdentity } from '../raw-request.ts';
import { workloads } from './service.ts';
import type { TrustSetup } from './trust-setup.ts';
import type { RefusedCertificate } from './world.ts';

type ForgedCertificate = readonly [name: string, reason: Reason, request: CertificateRequest];

const id = workloads.orders;
const day = 86_400;
const profile = 'CERTIFICATE_PROFILE_VIOLATED';
const ambiguous = 'CERTIFICATE_IDENTITY_AMBIGUOUS';
const untrusted = 'CERTIFICATE_UNTRUSTED';
const expired = 'CERTIFICATE_EXPIRED';

/** Names that are no SPIFFE ID of a workload. */
const names: readonly ForgedCertificate[] = [
  ['two ids', ambiguous, { uris: [id, workloads.web] }],
  ['the same id twice', ambiguous, { uris: [id, id] }],
  ['an id and another URI', ambiguous, { uris: [id, 'https://orders.prod.test'] }],
  ['no name but the common name', ambiguous, { commonName: id.replaceAll('/', '\\/') }],
  ['a DNS name alone', ambiguous, { dnsNames: ['orders.prod.test'] }],
  ['an id inside a DNS name', ambiguous, { dnsNames: [`a,URI:${id}`] }],
  ['an id inside a DNS name, after a space', profile, { dnsNames: [`a, URI:${id}`] }],
  ['an id after a comma', ambiguous, { id: `spiffe://prod.test/x,URI:${id}` }],
  ['an id in quotes', ambiguous, { id: `"${id}"` }],
  ['NUL in the id', profile, { id: `${id}\0.evil` }],
  ['NUL in a DNS name beside the id', profile, { id, dnsNames: ['good.test\0.evil.test'] }],
  ['a web address', ambiguous, { id: 'https://orders.prod.test/' }],
  ['the id of the trust domain', profile, { id: 'spiffe://prod.test' }],
  ['a trailing slash', ambiguous, { id: `${id}/` }],
  ['the root path', ambiguous, { id: 'spiffe://prod.test/' }],
  ['an upper-case trust domain', ambiguous, { id: 'spiffe://PROD.test/orders' }],
  ['an upper-case scheme', ambiguous, { id: 'SPIFFE://prod.test/orders' }],
  ['a dot segment', ambiguous, { id: 'spiffe://prod.test/x/../orders' }],
  ['a single dot', ambiguous, { id: 'spiffe://prod.test/./orders' }],
  ['an empty segment', ambiguous, { id: 'spiffe://prod.test//orders' }],
  ['percent encoding', ambiguous, { id: 'spiffe://prod.test/%6frders' }],
  ['a port', ambiguous, { id: 'spiffe://prod.test:443/orders' }],
  ['a user name', ambiguous, { id: 'spiffe://user@prod.test/orders' }],
  ['a query', ambiguous, { id: `${id}?x=1` }],
  ['a fragment', ambiguous, { id: `${id}#x` }],
  ['a letter outside ASCII', profile, { id: 'spiffe://prod.test/\u043erders' }],
  ['longer than 2,048 bytes', ambiguous, { id: `${id}/${'x'.repeat(2_100)}` }],
];

/** Leaves that are no leaf of a client. */
const leaves: readonly ForgedCertificate[] = [
  ['a CA as a leaf', profile, { id, isCa: true }],
  ['a leaf that may sign certificates', profile, { id, keyUsage: ['digitalSignature', 'keyCertSign'] }],
  ['a leaf that may sign revocation lists', profile, { id, keyUsage: ['digitalSignature', 'cRLSign'] }],
  ['a leaf that may not sign', profile, { id, keyUsage: ['keyEncipherment'] }],
  ['no key usage', profile, { id, keyUsage: [] }],
  ['a certificate of a server', profile, { id, extendedKeyUsage: ['serverAuth'] }],
  ['no extended key usage', profile, { id, extendedKeyUsage: [] }],
  ['RSA of 1,024 bits', profile, { id, key: 'rsa-1024' }],
  ['signed over SHA-1', profile, { id, signatureHash: 'SHA-1' }],
  ['expired', expired, { id, lifetimeSeconds: -60 }],
  ['expired a day ago', expired, { id, lifetimeSeconds: -day }],
  ['not yet valid', expired, { id, startsInSeconds: 3_600, lifetimeSeconds: 7_200 }],
  ['a life of two days', 'CERTIFICATE_LIFETIME_TOO_LONG', { id, lifetimeSeconds: 2 * day }],
  ['name constraints on a leaf', profile, { id, permittedNames: { uris: ['prod.test'] } }],
  ['the id of another trust domain', untrusted, { id: 'spiffe://evil.test/orders' }],
];

/** Issues all of them. */
export async function forgeCertificates({ authority, foreignAuthority }: TrustSetup): Promise<RefusedCertificate[]> {
  const forged = await Promise.all(
    [...names, ...leaves].map(async ([name, reason, request]) => ({
      name,
      identity: await authority.issue(request),
      reasons: [reason],
    })),
  );
  const row = async (name: string, reason: Reason, identity: Promise<PemIdentity>): Promise<RefusedCertificate> => ({
    name,
    identity: await identity,
    reasons: [reason],
  });
  // A leaf that acts as an authority; an authority that has ended.
  const leafAsAuthority = await authority.issueIntermediate({ isCa: false, keyUsage: ['digitalSignature'] });
  const withoutCertSign = await authority.issueIntermediate({ keyUsage: ['digitalSignature'] });
  const endedAuthority = await authority.issueIntermediate({ lifetimeSeconds: -60 });
  // OpenSSL of some Node versions hides the intermediates from us: then no path is found, which is the same refusal.
  const lowest = await authority.issueIntermediate({ pathLength: 0 });
  const belowLowest = await lowest.issueIntermediate();
  const permitted = await authority.issueIntermediate({ permittedNames: { uris: ['dev.test'] } });
  const excluded = await authority.issueIntermediate({ excludedNames: { uris: ['prod.test'] } });
  return [
    ...forged,
    await row('issued below an authority that may have none below it', untrusted, belowLowest.issue({ id })),
    await row('issued by an authority for another trust domain', untrusted, permitted.issue({ id })),
    await row('issued by an authority that may not speak for the trust domain', untrusted, excluded.issue({ id })),
    await row('our id by a foreign authority', untrusted, foreignAuthority.issue({ id })),
    await row(
      'their id by a foreign authority',
      untrusted,
      foreignAuthority.issue({ id: 'spiffe://evil.test/orders' }),
    ),
    await row('issued by a leaf', untrusted, leafAsAuthority.issue({ id })),
    await row('issued by an authority that may not sign certificates', untrusted, withoutCertSign.issue({ id })),
    await row('issued by an authority that has ended', expired, endedAuthority.issue({ id })),
  ];
}
