/**
 * Every certificate that a service must refuse (attack rows 44 to 49 and 51). Each row changes one thing of a
 * certificate that is good, and most are signed by the very authority that the service trusts.
 */
import { FaultCollector, parseSpiffeId, type Reason } from '@countersign/core';
import type { CertificateRequest } from './certificate-request.ts';
import { assertNotInProduction } from './not-in-production.ts';
import type { PemIdentity } from './raw-request.ts';
import { createTestAuthority, type IssuingAuthority, type TestAuthority } from './test-authority.ts';

/** Options of `brokenCertificates`. */
export interface BrokenCertificatesOptions {
  /** The authority that the service trusts. */
  readonly authority: TestAuthority;
  /** SPIFFE ID of a workload that the service would let in, in the trust domain of the authority. */
  readonly id: string;
}

/** A certificate that must be refused, and how. */
export interface BrokenCertificate {
  /** What is wrong with it. Names are unique. */
  readonly name: string;
  readonly identity: PemIdentity;
  /** Reason codes that are right for it. */
  readonly reasons: readonly Reason[];
}

type BrokenRequest = readonly [name: string, reason: Reason, request: CertificateRequest];
type BrokenIssue = readonly [name: string, reason: Reason, issuer: IssuingAuthority];

const day = 86_400;
const profile = 'CERTIFICATE_PROFILE_VIOLATED';
const ambiguous = 'CERTIFICATE_IDENTITY_AMBIGUOUS';
const untrusted = 'CERTIFICATE_UNTRUSTED';
const expired = 'CERTIFICATE_EXPIRED';

/** In upper case; a domain without letters gets one. */
function upperCase(trustDomain: string): string {
  const upper = trustDomain.toUpperCase();
  return upper === trustDomain ? `${trustDomain}X` : upper;
}

/** Names that are no SPIFFE ID of a workload. */
function brokenNames(id: string, trustDomain: string): readonly BrokenRequest[] {
  const domain = `spiffe://${trustDomain}`;
  const path = id.slice(domain.length);
  const [, first = '', rest = ''] = /^\/(.)(.*)$/.exec(path) ?? [];
  const encoded = first.charCodeAt(0).toString(16);
  return [
    ['two ids', ambiguous, { uris: [id, `${id}-other`] }],
    ['the same id twice', ambiguous, { uris: [id, id] }],
    ['an id and another URI', ambiguous, { uris: [id, 'https://workload.test'] }],
    ['no name but the common name', ambiguous, { commonName: id.replaceAll('/', '\\/') }],
    ['a DNS name alone', ambiguous, { dnsNames: ['workload.test'] }],
    ['an id inside a DNS name', ambiguous, { dnsNames: [`a,URI:${id}`] }],
    ['an id inside a DNS name, after a space', profile, { dnsNames: [`a, URI:${id}`] }],
    ['an id after a comma', ambiguous, { id: `${domain}/x,URI:${id}` }],
    ['an id in quotes', ambiguous, { id: `"${id}"` }],
    ['NUL in the id', profile, { id: `${id}\0.evil` }],
    ['NUL in a DNS name beside the id', profile, { id, dnsNames: ['good.test\0.evil.test'] }],
    ['a web address', ambiguous, { id: `https://${trustDomain}${path}` }],
    ['the id of the trust domain', profile, { id: domain }],
    ['a trailing slash', ambiguous, { id: `${id}/` }],
    ['the root path', ambiguous, { id: `${domain}/` }],
    ['an upper-case trust domain', ambiguous, { id: `spiffe://${upperCase(trustDomain)}${path}` }],
    ['an upper-case scheme', ambiguous, { id: `SPIFFE://${trustDomain}${path}` }],
    ['a dot segment', ambiguous, { id: `${domain}/x/..${path}` }],
    ['a single dot', ambiguous, { id: `${domain}/.${path}` }],
    ['an empty segment', ambiguous, { id: `${domain}/${path}` }],
    ['percent encoding', ambiguous, { id: `${domain}/%${encoded}${rest}` }],
    ['a port', ambiguous, { id: `${domain}:443${path}` }],
    ['a user name', ambiguous, { id: `spiffe://user@${trustDomain}${path}` }],
    ['a query', ambiguous, { id: `${id}?x=1` }],
    ['a fragment', ambiguous, { id: `${id}#x` }],
    ['a letter outside ASCII', profile, { id: `${domain}/\u043e${rest}` }],
    ['longer than 2,048 bytes', ambiguous, { id: `${id}/${'x'.repeat(2_100)}` }],
  ];
}

/** Leaves that are no leaf of a client. */
function brokenLeaves(id: string, trustDomain: string): readonly BrokenRequest[] {
  return [
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
    ['name constraints on a leaf', profile, { id, permittedNames: { uris: [trustDomain] } }],
  ];
}

/** Authorities that may not speak for the workload. */
async function brokenIssuers(authority: TestAuthority, foreign: TestAuthority): Promise<readonly BrokenIssue[]> {
  const { trustDomain } = authority;
  const below = async (request: CertificateRequest): Promise<IssuingAuthority> => authority.issueIntermediate(request);
  // OpenSSL of some Node versions hides the intermediates from us: then no path is found, which is the same refusal.
  const lowest = await below({ pathLength: 0 });
  return [
    ['issued below an authority that may have none below it', untrusted, await lowest.issueIntermediate()],
    [
      'issued by an authority for another trust domain',
      untrusted,
      await below({ permittedNames: { uris: [foreign.trustDomain] } }),
    ],
    [
      'issued by an authority that may not speak for the trust domain',
      untrusted,
      await below({ excludedNames: { uris: [trustDomain] } }),
    ],
    ['our id by a foreign authority', untrusted, foreign],
    ['issued by a leaf', untrusted, await below({ isCa: false, keyUsage: ['digitalSignature'] })],
    [
      'issued by an authority that may not sign certificates',
      untrusted,
      await below({ keyUsage: ['digitalSignature'] }),
    ],
    ['issued by an authority that has ended', expired, await below({ lifetimeSeconds: -60 })],
  ];
}

function checkOptions(options: BrokenCertificatesOptions): void {
  const faults = new FaultCollector('brokenCertificates');
  faults.onlyKnown(options ?? {}, ['authority', 'id']);
  const trustDomain: unknown = options?.authority?.trustDomain;
  if (typeof trustDomain !== 'string') {
    faults.add('CONFIG_MISSING', 'authority', 'is no test authority', 'pass what createTestAuthority() made');
  }
  const parsed = parseSpiffeId(String(options?.id));
  if (!parsed.ok || parsed.value.path === '' || parsed.value.trustDomain !== trustDomain) {
    const fix = `write e.g. "spiffe://${typeof trustDomain === 'string' ? trustDomain : 'prod.example'}/orders"`;
    faults.add('CONFIG_INVALID', 'id', 'is no SPIFFE ID of a workload of the trust domain', fix);
  }
  faults.throwIfAny();
}

/**
 * Issues all of them: each must be refused by a service that trusts the authority and lets the workload in, with
 * `clientCertificate` as it is by default.
 * @throws {ConfigurationError} under `NODE_ENV=production`, and for its options.
 */
export async function brokenCertificates(options: BrokenCertificatesOptions): Promise<readonly BrokenCertificate[]> {
  assertNotInProduction('brokenCertificates');
  checkOptions(options);
  const { authority, id } = options;
  const { trustDomain } = authority;
  const foreign = await createTestAuthority({ trustDomain: trustDomain === 'evil.test' ? 'other.test' : 'evil.test' });
  const foreignRequest = { id: `spiffe://${foreign.trustDomain}${id.slice(`spiffe://${trustDomain}`.length)}` };
  const issued = async (issuer: IssuingAuthority, [name, reason, request]: BrokenRequest): Promise<BrokenCertificate> =>
    Object.freeze({ name, identity: await issuer.issue(request), reasons: Object.freeze([reason]) });
  const requests = [...brokenNames(id, trustDomain), ...brokenLeaves(id, trustDomain)];
  const issuers = await brokenIssuers(authority, foreign);
  return Promise.all([
    ...requests.map((one) => issued(authority, one)),
    ...issuers.map(([name, reason, issuer]) => issued(issuer, [name, reason, { id }])),
    issued(authority, ['the id of another trust domain', untrusted, foreignRequest]),
    issued(foreign, ['their id by a foreign authority', untrusted, foreignRequest]),
  ]);
}
