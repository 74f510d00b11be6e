/**
 * Certificates of a PKI without SPIFFE: which DNS name is which workload is written down, name by name. A name that two
 * PKIs could speak for is a fault, because whoever runs the one would then be workloads of the other.
 */
import type { FaultCollector } from '../errors/configuration-error.ts';
import { isTrustDomain } from '../identity/trust-domain.ts';
import { isWorkloadId } from '../identity/workload-id.ts';
import { isDnsName } from '../certificate/plain-certificate.ts';
import type { TrustBundle, TrustBundleSource } from '../certificate/trust-bundle.ts';
import { checkTrustBundles } from './check-trust-bundles.ts';
import { checkLifetime } from './check-lifetime.ts';

/** One PKI. */
export interface PkiOptions {
  /** Stands in events as the trust domain, and in orders of revocation after `pki:`. As a trust domain is written. */
  readonly name: string;
  /** Its authorities: `trustBundle({ trustDomain: name, pem })`, or a source that is asked for the name. */
  readonly trustBundle: TrustBundle | TrustBundleSource;
  /** DNS name, as in the certificate, to the id of the workload: `{ 'orders.internal': 'spiffe://prod.example/orders' }`. */
  readonly workloads: Readonly<Record<string, string>>;
  /** The longest life of a certificate, in seconds. Default: any. */
  readonly maximumLifetimeSeconds?: number;
}

/** One PKI after the check. */
export interface PkiRecord {
  readonly name: string;
  readonly source: TrustBundleSource;
  readonly maximumLifetimeSeconds: number | undefined;
}

/** What a DNS name is mapped to. */
export interface MappedName {
  readonly pki: PkiRecord;
  readonly workload: string;
}

type Names = Map<string, MappedName>;

interface Workloads {
  readonly pki: PkiRecord;
  readonly workloads: unknown;
}

function checkWorkloads(faults: FaultCollector, names: Names, { pki, workloads }: Workloads): void {
  const option = `pki.${pki.name}.workloads`;
  const entries = Object.entries((workloads ?? {}) as Readonly<Record<string, unknown>>);
  if (entries.length === 0) {
    const fix = 'write { "orders.internal": "spiffe://prod.example/orders" }';
    faults.add('CONFIG_MISSING', option, 'maps no name', fix);
  }
  for (const [name, workload] of entries) {
    if (!isDnsName(name)) {
      const fix = 'write it in lower case, whole, without a wildcard';
      faults.add('CONFIG_INVALID', option, `holds ${JSON.stringify(name)}, which is no DNS name`, fix);
    }
    if (typeof workload !== 'string' || !isWorkloadId(workload)) {
      const fix = 'write e.g. "spiffe://prod.example/orders"';
      faults.add('CONFIG_INVALID', option, `maps ${name} to what is no workload id`, fix);
      continue;
    }
    const other = names.get(name);
    if (other !== undefined) {
      const fix = 'let one PKI speak for the name';
      faults.add('CONFIG_CONFLICT', option, `maps ${name}, which ${other.pki.name} maps too`, fix);
    }
    names.set(name, Object.freeze({ pki, workload }));
  }
}

function checkOne(faults: FaultCollector, names: Names, given: PkiOptions): PkiRecord | undefined {
  if (typeof given !== 'object' || given === null || !isTrustDomain(given.name)) {
    faults.add('CONFIG_INVALID', 'pki', 'holds what has no name', 'write { name: "corp", trustBundle, workloads }');
    return undefined;
  }
  const { name, trustBundle, workloads, maximumLifetimeSeconds } = given;
  const path = `pki.${name}.`;
  faults.onlyKnown(given, ['name', 'trustBundle', 'workloads', 'maximumLifetimeSeconds'], path);
  const source = checkTrustBundles(faults, `${path}trustBundle`, trustBundle);
  const { trustDomain } = (source === undefined ? {} : trustBundle) as Partial<TrustBundle>;
  if (trustDomain !== undefined && trustDomain !== name) {
    const fix = `make it with trustBundle({ trustDomain: "${name}", pem })`;
    faults.add('CONFIG_CONFLICT', `${path}trustBundle`, `is that of ${trustDomain}`, fix);
  }
  checkLifetime(faults, `${path}maximumLifetimeSeconds`, maximumLifetimeSeconds);
  if (source === undefined) return undefined;
  const pki = Object.freeze({ name, source, maximumLifetimeSeconds });
  checkWorkloads(faults, names, { pki, workloads });
  return pki;
}

/** Checks all of them. Adds faults. Answers who each name is, and the names of the PKIs. */
export function checkPki(
  faults: FaultCollector,
  given: unknown,
): { readonly names: ReadonlyMap<string, MappedName>; readonly pkiNames: ReadonlySet<string> } {
  const names: Names = new Map();
  const pkiNames = new Set<string>();
  if (given === undefined) return { names, pkiNames };
  if (!Array.isArray(given) || given.length === 0) {
    faults.add('CONFIG_MISSING', 'pki', 'is not a list of PKIs', 'write [{ name: "corp", trustBundle, workloads }]');
    return { names, pkiNames };
  }
  for (const one of given as readonly PkiOptions[]) {
    const pki = checkOne(faults, names, one);
    if (pki === undefined) continue;
    if (pkiNames.has(pki.name)) {
      faults.add('CONFIG_CONFLICT', 'pki', `has two of the name ${pki.name}`, 'give each PKI a name of its own');
    }
    pkiNames.add(pki.name);
  }
  return { names, pkiNames };
}
