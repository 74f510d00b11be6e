/**
 * The authorities of a trust domain. A certificate is verified against the bundle of the domain it names and no other:
 * one pooled list would let every authority speak for every domain.
 */
import { X509Certificate } from 'node:crypto';
import { FaultCollector } from '../errors/configuration-error.ts';
import type { MaybePromise } from '../errors/outcome.ts';
import { isTrustDomain } from '../identity/trust-domain.ts';
import { readPemBlocks } from './pem-blocks.ts';
import { readRevocationList, type RevocationList } from './revocation-list.ts';

/** The authorities of one trust domain. */
export interface TrustBundle {
  readonly trustDomain: string;
  readonly authorities: readonly X509Certificate[];
  /**
   * What the authorities have revoked. With any list, a path needs a current one of each of its authorities. Empty:
   * nothing is looked up.
   */
  readonly revocationLists: readonly RevocationList[];
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
  /** Revocation lists (`X509 CRL`) as PEM; each text may hold several. Default: nothing is looked up. */
  readonly crl?: string | readonly string[];
}

/** Reads the lists. Says what is wrong with one: it is our reader that refuses, where OpenSSL may not. */
function readLists(crl: unknown, faults: FaultCollector): readonly RevocationList[] {
  const fix = 'pass revocation lists as PEM: openssl crl -in list.crl -inform DER';
  const complete = 'let the authority issue complete lists of version 2, with nextUpdate';
  const blocks = readPemBlocks(crl, { option: 'crl', label: 'X509 CRL', fix, read: derOf }, faults);
  if (crl !== undefined && blocks.length === 0 && !faults.any) {
    faults.add('CONFIG_MISSING', 'crl', 'holds no revocation list', fix);
  }
  return Object.freeze(
    blocks.flatMap((block) => {
      const read = readRevocationList(block);
      if (read.ok) return read.list;
      faults.add('CONFIG_INVALID', 'crl', `holds a revocation list that cannot be used: ${read.problem}`, complete);
      return [];
    }),
  );
}

function derOf(block: string): Uint8Array {
  const [, base64 = ''] = /-----\s([^-]+)-----/.exec(block) ?? [];
  return Buffer.from(base64, 'base64');
}

/**
 * Makes the bundle of a trust domain.
 * @throws {ConfigurationError} with every fault.
 */
export function trustBundle(options: TrustBundleOptions): TrustBundle {
  const faults = new FaultCollector('trustBundle');
  const { trustDomain, pem, crl } = options ?? {};
  faults.onlyKnown(options ?? {}, ['trustDomain', 'pem', 'crl']);
  if (!isTrustDomain(trustDomain)) {
    faults.add('CONFIG_INVALID', 'trustDomain', 'is not a trust domain name', 'write e.g. "prod.example", lower case');
  }
  const publicOnly = 'a trust bundle holds public certificates only; keep keys out of it';
  const authorities = readPemBlocks(
    pem,
    { option: 'pem', label: 'CERTIFICATE', fix: publicOnly, read: (block) => new X509Certificate(block) },
    faults,
  );
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
  const revocationLists = readLists(crl, faults);
  faults.throwIfAny();
  return Object.freeze({ trustDomain, authorities: Object.freeze([...authorities]), revocationLists });
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
