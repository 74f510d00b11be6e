/**
 * The authorities of a trust domain. A certificate is verified against the bundle of the domain it names and no other:
 * one pooled list would let every authority speak for every domain.
 */
import { X509Certificate } from 'node:crypto';
import { FaultCollector } from '../errors/configuration-error.ts';
import type { MaybePromise } from '../errors/outcome.ts';
import { isTrustDomain } from './trust-domain.ts';

/** The authorities of one trust domain. */
export interface TrustBundle {
  readonly trustDomain: string;
  readonly authorities: readonly X509Certificate[];
}

/** Finds the bundle of a trust domain. A rotated bundle is a new object. */
export interface TrustBundleSource {
  find(trustDomain: string): MaybePromise<TrustBundle | undefined>;
}

/**
 * Every bundle that is trusted now, and word of changes: what a TLS server needs, which must tell OpenSSL all
 * authorities before it knows whom it will meet.
 */
export interface TrustBundleSet extends TrustBundleSource {
  find(trustDomain: string): TrustBundle | undefined;
  /** The bundles of now, one for each trust domain. */
  list(): readonly TrustBundle[];
  /** Calls back after each change, until the answer is called. What the listener throws is swallowed. */
  watch(listener: () => void): () => void;
  /** Settles when there are bundles; rejects when they cannot be had. */
  ready?(): Promise<void>;
  close?(): Promise<void>;
}

/** What a bundle is made from. */
export interface TrustBundleOptions {
  /** Name of the trust domain, e.g. `prod.example`. */
  readonly trustDomain: string;
  /** CA certificates as PEM; each text may hold several. */
  readonly pem: string | readonly string[];
}

const pemBegin = /-----BEGIN ([A-Z0-9 ]+)-----/g;
const pemCertificate = /^-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/;

/** Reads every certificate of a PEM text. Adds faults for what is none. */
function readCertificates(texts: readonly unknown[], faults: FaultCollector): readonly X509Certificate[] {
  const certificates: X509Certificate[] = [];
  for (const text of texts) {
    if (typeof text !== 'string') {
      faults.add('CONFIG_INVALID', 'pem', 'is not text', 'pass e.g. readFileSync("bundle.pem", "utf8")');
      continue;
    }
    // Each begun block counts, so that none is lost because it is cut off.
    for (const { 1: label, index } of text.matchAll(pemBegin)) {
      if (label !== 'CERTIFICATE') {
        const fix = 'a trust bundle holds public certificates only; keep keys out of it';
        faults.add('CONFIG_KEY_REFUSED', 'pem', `holds a ${label ?? 'block'}`, fix);
        continue;
      }
      try {
        const [block] = pemCertificate.exec(text.slice(index)) ?? [];
        certificates.push(new X509Certificate(block ?? ''));
      } catch {
        faults.add('CONFIG_INVALID', 'pem', 'holds a certificate that cannot be read', 'export it again as PEM');
      }
    }
  }
  return certificates;
}

/**
 * Makes the bundle of a trust domain.
 * @throws {ConfigurationError} with every fault.
 */
export function trustBundle(options: TrustBundleOptions): TrustBundle {
  const faults = new FaultCollector('trustBundle');
  const { trustDomain, pem } = options ?? {};
  faults.onlyKnown(options ?? {}, ['trustDomain', 'pem']);
  if (!isTrustDomain(trustDomain)) {
    faults.add('CONFIG_INVALID', 'trustDomain', 'is not a trust domain name', 'write e.g. "prod.example", lower case');
  }
  const authorities = readCertificates(Array.isArray(pem) ? pem : pem === undefined ? [] : [pem], faults);
  if (authorities.length === 0)
    faults.add('CONFIG_MISSING', 'pem', 'holds no certificate', 'pass PEM text: readFileSync("bundle.pem", "utf8")');
  for (const authority of authorities) {
    if (authority.ca) continue;
    faults.add(
      'CONFIG_INVALID',
      'pem',
      'holds a certificate that is no CA',
      'pass CA certificates, not those of workloads',
    );
  }
  faults.throwIfAny();
  return Object.freeze({ trustDomain, authorities: Object.freeze([...authorities]) });
}

/** Bundles that never change have nobody to call back. */
const unwatched = (): void => {};

/**
 * Several bundles as one source, which never changes.
 * @throws {ConfigurationError} when two are of one trust domain.
 */
export function trustBundles(...bundles: readonly [TrustBundle, ...TrustBundle[]]): TrustBundleSet {
  const byDomain = new Map<string, TrustBundle>();
  const faults = new FaultCollector('trustBundles');
  for (const bundle of bundles) {
    if (byDomain.has(bundle.trustDomain)) {
      const fix = 'put all authorities of a domain into one bundle';
      faults.add('CONFIG_CONFLICT', bundle.trustDomain, 'has two bundles', fix);
    }
    byDomain.set(bundle.trustDomain, bundle);
  }
  faults.throwIfAny();
  const list = Object.freeze([...bundles]);
  return { find: (trustDomain) => byDomain.get(trustDomain), list: () => list, watch: () => unwatched };
}
