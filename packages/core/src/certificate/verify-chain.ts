/**
 * Chains of certificates, judged as a service judges them, as functions of the chain and the expectations and nothing
 * else: no clock, no network, no memory. They never throw, whatever they are given.
 */
import { judgeSafely } from '../errors/judge-safely.ts';
import { accept, refuse, type Outcome } from '../errors/outcome.ts';
import { readPlainLeaf } from './plain-certificate.ts';
import { readChain, type CertificateChainInput } from './read-chain.ts';
import type { TrustBundle } from './trust-bundle.ts';
import {
  readSvidLeaf,
  verifyCertificate,
  verifyX509Svid,
  type LeafUsage,
  type TrustedCertificate,
  type VerifiedCertificate,
} from './verify-certificate.ts';

/** What a chain is held against. */
export interface ChainExpectations extends LeafUsage {
  /** The bundle of the trust domain that the leaf must name; or that of the PKI. */
  readonly trustBundle: TrustBundle;
  /** Epoch milliseconds. */
  readonly now: number;
}

/** What a chain without SPIFFE ID is held against. */
export interface PlainChainExpectations extends Omit<ChainExpectations, 'allowMissingExtendedKeyUsage'> {
  /** DNS name, exactly as in the certificate, to the id of the workload. */
  readonly workloads: Readonly<Record<string, string>>;
}

/** A certificate that is trusted for a DNS name. */
export interface VerifiedPlainCertificate extends TrustedCertificate {
  readonly dnsName: string;
  /** What the name is mapped to. */
  readonly workload: string;
}

const unreadable = refuse('CERTIFICATE_PROFILE_VIOLATED', 'chain', {
  expected: 'certificates as PEM or DER, leaf first',
});

function checkNow(now: unknown): Outcome<number> {
  if (typeof now === 'number' && Number.isFinite(now)) return accept(now);
  return refuse('INTERNAL_FAULT', 'options', { expected: 'now in epoch milliseconds' });
}

/** Verifies an X.509-SVID (SPIFFE X509-SVID §5). Never throws. */
export function verifySvidChain(
  chain: CertificateChainInput,
  expected: ChainExpectations,
): Outcome<VerifiedCertificate> {
  return judgeSafely(() => {
    const certificates = readChain(chain);
    if (certificates === undefined) return unreadable;
    const { trustBundle: bundle, ...usage } = expected;
    const now = checkNow(expected.now);
    if (!now.ok) return now;
    const [certificate, ...intermediates] = certificates;
    const leaf = readSvidLeaf(certificate, usage);
    if (!leaf.ok) return leaf;
    return verifyX509Svid({ leaf: leaf.value, intermediates, bundle, now: now.value, usage: expected.usage });
  });
}

/** Verifies a certificate of a PKI without SPIFFE, by its DNS name. Never throws. */
export function verifyPlainChain(
  chain: CertificateChainInput,
  expected: PlainChainExpectations,
): Outcome<VerifiedPlainCertificate> {
  return judgeSafely(() => {
    const certificates = readChain(chain);
    if (certificates === undefined) return unreadable;
    const { trustBundle: bundle, usage, maximumLifetimeSeconds, workloads } = expected;
    const now = checkNow(expected.now);
    if (!now.ok) return now;
    const [certificate, ...intermediates] = certificates;
    const names = new Map(Object.entries(workloads));
    const leaf = readPlainLeaf(certificate, { names, usage, maximumLifetimeSeconds });
    if (!leaf.ok) return leaf;
    const { dnsName, mapped: workload } = leaf.value;
    const trusted = verifyCertificate({ leaf: leaf.value, intermediates, bundle, now: now.value, usage });
    return trusted.ok ? accept({ ...trusted.value, dnsName, workload }) : trusted;
  });
}
