/** The option that names authorities: a bundle, several, or a source that keeps them fresh. */
import type { FaultCollector } from '../errors/configuration-error.ts';
import { readStrong } from '../certificate/strong-certificate.ts';
import { trustBundles, type TrustBundle, type TrustBundleSource } from '../certificate/trust-bundle.ts';

function isBundle(value: unknown): value is TrustBundle {
  const { trustDomain, authorities } = (value ?? {}) as Partial<TrustBundle>;
  return typeof trustDomain === 'string' && Array.isArray(authorities) && authorities.length > 0;
}

/** An authority that every path would be refused for is found at start, not by the first caller. */
function checkAuthorities(faults: FaultCollector, option: string, { trustDomain, authorities }: TrustBundle): void {
  for (const authority of authorities) {
    const read = readStrong(authority);
    if (read.ok && read.value.fields.keyUsage?.keyCertSign === true) continue;
    const { check, actual = '' } = read.ok ? { check: 'certificate.keyUsage without keyCertSign' } : read.detail;
    const problem = `holds an authority of ${trustDomain} that no path may end at: ${check} ${actual}`.trimEnd();
    faults.add('CONFIG_KEY_REFUSED', option, problem, 'replace that authority, or take it out of the bundle');
  }
}

/** Makes one source of what was given. Adds faults. */
export function checkTrustBundles(
  faults: FaultCollector,
  option: string,
  given: unknown,
): TrustBundleSource | undefined {
  // A list has a method `find` too.
  if (!Array.isArray(given) && typeof (given as Partial<TrustBundleSource> | undefined)?.find === 'function') {
    return given as TrustBundleSource;
  }
  const bundles = (Array.isArray(given) ? given : [given]) as readonly unknown[];
  if (bundles.length === 0 || !bundles.every(isBundle)) {
    const fix = 'pass trustBundle({ trustDomain: "prod.example", pem }), or a list of them';
    faults.add('CONFIG_MISSING', option, 'is not a trust bundle', fix);
    return undefined;
  }
  for (const bundle of bundles as readonly TrustBundle[]) checkAuthorities(faults, option, bundle);
  return faults.attempt(option, () => trustBundles(...(bundles as unknown as [TrustBundle, ...TrustBundle[]])));
}
