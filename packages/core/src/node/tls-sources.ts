/**
 * Where the settings of a TLS server come from: its own identity, and the bundles its clients come from. Fixed ones are
 * sources that never change, so that everything else knows one form.
 */
import {
  x509Identity,
  type IdentitySource,
  type X509Identity,
  type X509IdentityOptions,
} from '../certificate/identity-source.ts';
import type { FaultCollector } from '../errors/configuration-error.ts';
import type { TrustBundle, TrustBundleSet } from '../certificate/trust-bundle.ts';

/** The bundles of now, and word of changes. */
export type BundleList = Pick<TrustBundleSet, 'list' | 'watch'>;

const unwatched = (): void => {};
const watch = (): (() => void) => unwatched;

function isSource<T extends object>(value: unknown, methods: readonly (keyof T)[]): value is T {
  return methods.every((name) => typeof (value as Partial<T> | null | undefined)?.[name] === 'function');
}

/** What names the identity of a server: a pair, or a source. */
interface NamesIdentity extends Partial<X509IdentityOptions> {
  readonly identity?: IdentitySource | X509Identity;
}

/** The source of the identity. Adds faults when there is none, or when it has nothing to show yet. */
export function checkIdentity(faults: FaultCollector, options: NamesIdentity): IdentitySource | undefined {
  const { identity, key, certificate } = options;
  if (!('identity' in options)) {
    const pair = faults.attempt('', () => x509Identity({ key, certificate } as X509IdentityOptions));
    return pair && { find: () => pair, watch };
  }
  if (key !== undefined || certificate !== undefined) {
    faults.add('CONFIG_CONFLICT', 'identity', 'stands beside key or certificate', 'write the one or the other');
  }
  if (isSource<IdentitySource>(identity, ['find', 'watch'])) {
    if (identity.find() !== undefined) return identity;
    faults.add('CONFIG_MISSING', 'identity', 'has nothing to show yet', 'await source.ready() before');
    return undefined;
  }
  const fixed = identity as Partial<X509Identity> | null | undefined;
  if (typeof fixed?.certificate === 'string' && fixed.key !== undefined) {
    const pair = faults.attempt('identity', () =>
      x509Identity({ key: fixed.key, certificate: fixed.certificate } as X509IdentityOptions),
    );
    return pair && { find: () => pair, watch };
  }
  const fix = 'pass identityFiles({ key, certificate }), or what x509Identity(…) returned';
  faults.add('CONFIG_INVALID', 'identity', 'is neither a source nor an identity', fix);
  return undefined;
}

/** The source of the bundles. Adds faults when there is none, or when it holds nothing yet. */
export function checkBundles(faults: FaultCollector, given: unknown): BundleList | undefined {
  if (!Array.isArray(given) && isSource<TrustBundleSet>(given, ['list', 'watch'])) {
    if (given.list().length > 0) return given;
    faults.add('CONFIG_MISSING', 'trustBundles', 'holds no bundle yet', 'await source.ready() before');
    return undefined;
  }
  const list = (Array.isArray(given) ? [...(given as unknown[])] : []) as readonly (Partial<TrustBundle> | null)[];
  if (list.length > 0 && list.every((one) => Array.isArray(one?.authorities) && one.authorities.length > 0)) {
    const bundles = Object.freeze(list as readonly TrustBundle[]);
    return { list: () => bundles, watch };
  }
  const problem = list.length === 0 ? 'is empty' : 'holds something that is not a trust bundle';
  const fix = 'pass [trustBundle({ trustDomain, pem })], or a source of bundles by itself, without brackets';
  faults.add('CONFIG_MISSING', 'trustBundles', problem, fix);
  return undefined;
}
