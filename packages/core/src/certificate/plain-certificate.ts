/**
 * Certificates of a PKI without SPIFFE: the workload is found by a DNS name (RFC 5280 §4.2.1.6) that the operator has
 * mapped to it, exactly. No wildcard, no other spelling, never the common name. A certificate with a URI name claims to
 * be an SVID and is judged as one only.
 */
import type { X509Certificate } from 'node:crypto';
import { accept, refuse, type Outcome } from '../errors/outcome.ts';
import { readStrong, type ReadCertificate } from './strong-certificate.ts';
import { judgeLeaf, type LeafUsage } from './verify-certificate.ts';

/** A leaf that meets the profile; whether it is trusted is not known yet. */
export interface PlainLeaf<T> extends ReadCertificate {
  /** The name that was found in the mapping. */
  readonly dnsName: string;
  /** What it is mapped to. */
  readonly mapped: T;
}

/** What a plain leaf must be good for, and the names that are known. */
export interface PlainUsage<T> extends Omit<LeafUsage, 'allowMissingExtendedKeyUsage'> {
  readonly names: ReadonlyMap<string, T>;
}

const hostName = /^(?=.{1,253}$)[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?(?:\.[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?)*$/;

/** Whether a text is a DNS name as mappings hold them: lower case, no wildcard, no dot at the end. */
export function isDnsName(text: string): boolean {
  return hostName.test(text);
}

/** Reads a leaf and checks the profile of its own fields. Never throws. */
export function readPlainLeaf<T>(
  certificate: X509Certificate,
  { names, usage, maximumLifetimeSeconds }: PlainUsage<T>,
): Outcome<PlainLeaf<T>> {
  const read = readStrong(certificate);
  if (!read.ok) return read;
  const { uris, dnsNames } = read.value.fields;
  if (uris.length > 0) {
    return refuse('CERTIFICATE_IDENTITY_AMBIGUOUS', 'certificate.uri', { expected: 'none', actual: `${uris.length}` });
  }
  const known = dnsNames.flatMap((dnsName) => {
    const mapped = names.get(dnsName);
    return mapped === undefined ? [] : [{ dnsName, mapped }];
  });
  const [only] = known;
  if (only === undefined) {
    const expected = 'a DNS name that is mapped to a workload';
    return refuse('CERTIFICATE_UNTRUSTED', 'certificate.dnsName', { expected, actual: dnsNames.join(' ') });
  }
  if (known.length > 1) {
    const actual = known.map(({ dnsName }) => dnsName).join(' ');
    return refuse('CERTIFICATE_IDENTITY_AMBIGUOUS', 'certificate.dnsName', { expected: 'one mapped name', actual });
  }
  return judgeLeaf(read.value, { usage, maximumLifetimeSeconds }) ?? accept({ ...read.value, ...only });
}
