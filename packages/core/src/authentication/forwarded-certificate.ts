/**
 * Checks how a service is told of client certificates by its proxy. One format, one kind of hop: whatever else comes in a
 * request is not from the proxy as it is configured.
 */
import { BlockList, isIP } from 'node:net';
import { formats, forwardedHeaderNames, type HeaderRole } from '../credential/forwarded/formats.ts';
import type { ForwardedReading } from '../credential/forwarded/read-forwarded-lines.ts';
import { FaultCollector } from '../errors/configuration-error.ts';
import type { Waiver } from '../errors/waiver.ts';
import { isWorkloadId } from '../identity/workload-id.ts';
import type {
  ForwardedCertificateOptions,
  LinkerdOptions,
  NamedHeaderOptions,
  ProvenHop,
  XfccOptions,
} from './forwarded-certificate-options.ts';

/** What `forwardedCertificate` makes: for the option `forwarded` of `clientCertificate`. */
export interface ForwardedCertificates {
  readonly format: ForwardedCertificateOptions['format'];
}

/** A hop after the check. */
export type CheckedHop =
  | { readonly kind: 'caller'; readonly ids: ReadonlySet<string> }
  | { readonly kind: 'unix-socket' }
  | { readonly kind: 'loopback' }
  | { readonly kind: 'address'; readonly networks: BlockList; readonly waiver: Waiver };

/** The options after the check. */
export interface ForwardingSettings {
  readonly hop: CheckedHop;
  /** How the headers are read. Without `by` in the options, the last element is addressed to the service. */
  readonly reading: (service: string) => ForwardedReading;
  /** Every header that is taken off requests, lower case. */
  readonly names: readonly string[];
}

const made = new WeakMap<object, ForwardingSettings>();
const token = /^[a-z0-9!#$%&'*+.^`|~-]+$/;
const clusterName = /^[\x21-\x2e\x30-\x7e]+$/;
const known: Readonly<Record<string, readonly string[]>> = {
  xfcc: ['by', 'through', 'replaces'],
  'l5d-client-id': ['cluster', 'identityDomain'],
};

/** The settings, when this was made by `forwardedCertificate`. */
export function forwardingSettingsOf(value: object): ForwardingSettings | undefined {
  return made.get(value);
}

/**
 * Says which proxy may tell of the certificates of its clients, and how. Off unless it is given to `clientCertificate`.
 * @throws {ConfigurationError} with every fault of the options.
 */
export function forwardedCertificate(options: ForwardedCertificateOptions): ForwardedCertificates {
  const faults = new FaultCollector('forwardedCertificate');
  const { format, from } = options ?? {};
  if (!Object.hasOwn(formats, format ?? '')) {
    faults.add('CONFIG_MISSING', 'format', 'is not a format', `write one of ${Object.keys(formats).join(', ')}`);
    faults.throwIfAny();
  }
  const row = formats[format];
  faults.onlyKnown(options, ['format', 'from', ...(known[format] ?? (row.isRenamable ? ['headers'] : []))]);
  const hop = checkHop(faults, from);
  const headers = checkHeaders(faults, options as NamedHeaderOptions);
  const xfcc = checkXfcc(faults, options as XfccOptions);
  const { cluster = '', identityDomain = 'identity.linkerd.cluster.local' } = options as Partial<LinkerdOptions>;
  if (format === 'l5d-client-id' && !clusterName.test(cluster)) {
    faults.add(
      'CONFIG_MISSING',
      'cluster',
      'names no cluster',
      'write e.g. "prod": ids are k8s:prod/<namespace>/<account>',
    );
  }
  if (typeof identityDomain !== 'string' || !/^identity(\.[a-z0-9-]+)+$/.test(identityDomain)) {
    faults.add(
      'CONFIG_INVALID',
      'identityDomain',
      'is not an identity domain',
      'write e.g. "identity.linkerd.cluster.local"',
    );
  }
  faults.throwIfAny();
  const forwarded: ForwardedCertificates = Object.freeze({ format });
  made.set(forwarded, {
    hop: hop as CheckedHop,
    names: Object.freeze([...new Set([...forwardedHeaderNames, ...Object.values(headers)])]),
    reading: (service) => ({
      format,
      headers,
      trust: { ...xfcc, by: xfcc.by ?? new Set([service]), cluster, identityDomain },
    }),
  });
  return forwarded;
}

function isList(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'string' && one !== '');
}

function checkHop(faults: FaultCollector, from: ProvenHop | undefined): CheckedHop | undefined {
  const fix = 'write { caller: "spiffe://prod.example/ingress" }, { unixSocket: true } or { loopback: true }';
  const hop = (typeof from === 'object' && from !== null ? from : {}) as Readonly<Record<string, unknown>>;
  const [kind, ...more] = Object.keys(hop).filter((name) => name !== 'waiver');
  if (kind === undefined || more.length > 0 || ('waiver' in hop && kind !== 'cidr')) {
    faults.add('CONFIG_MISSING', 'from', 'does not say how the proxy is proven, in one way', fix);
    return undefined;
  }
  if (kind === 'unixSocket' && hop[kind] === true) return { kind: 'unix-socket' };
  if (kind === 'loopback' && hop[kind] === true) return { kind: 'loopback' };
  if (kind === 'caller') {
    const ids = typeof hop[kind] === 'string' ? [hop[kind]] : hop[kind];
    if (isList(ids) && ids.length > 0 && ids.every(isWorkloadId)) return { kind, ids: new Set(ids) };
    faults.add(
      'CONFIG_INVALID',
      'from.caller',
      'is not a workload id, or a list of them',
      'write whole ids, no patterns',
    );
    return undefined;
  }
  if (kind === 'cidr') return checkNetworks(faults, hop as { readonly cidr: unknown; readonly waiver: Waiver });
  faults.add('CONFIG_INVALID', `from.${kind}`, 'proves no proxy', fix);
  return undefined;
}

function checkNetworks(
  faults: FaultCollector,
  { cidr, waiver }: { readonly cidr: unknown; readonly waiver: Waiver },
): CheckedHop | undefined {
  const networks = new BlockList();
  const added = isList(cidr) && cidr.length > 0 && cidr.every((one) => addNetwork(networks, one));
  if (!added) faults.add('CONFIG_INVALID', 'from.cidr', 'is not a list of networks', 'write e.g. ["10.1.2.0/28"]');
  if (typeof waiver !== 'object' || waiver === null) {
    const fix = 'write { reason, owner, expires }; better: let the proxy prove itself by a certificate';
    faults.add('CONFIG_WAIVER_INVALID', 'from.waiver', 'is missing: an address proves nobody', fix);
    return undefined;
  }
  return added ? { kind: 'address', networks, waiver: Object.freeze({ ...waiver }) } : undefined;
}

function addNetwork(networks: BlockList, text: string): boolean {
  const [address = '', bits = '', ...more] = text.split('/');
  const family = isIP(address);
  const prefix = /^\d{1,3}$/.test(bits) ? Number(bits) : Number.NaN;
  // The zone of a link-local address is not told apart.
  if (family === 0 || address.includes('%') || more.length > 0) return false;
  if (!(prefix >= 1 && prefix <= (family === 4 ? 32 : 128))) return false;
  const alone = new BlockList();
  for (const list of [alone, networks]) list.addSubnet(address, prefix, family === 4 ? 'ipv4' : 'ipv6');
  // A network of everybody is no network, also one that holds IPv4 inside of IPv6.
  return !(alone.check('0.0.0.0') && alone.check('255.255.255.255'));
}

function checkHeaders(
  faults: FaultCollector,
  { format, headers: given }: NamedHeaderOptions,
): Readonly<Partial<Record<HeaderRole, string>>> {
  const { headers, isRenamable } = formats[format];
  if (given === undefined || isRenamable !== true) return headers;
  const chosen: Partial<Record<HeaderRole, string>> = { ...headers };
  faults.onlyKnown(given ?? {}, Object.keys(headers), 'headers.');
  for (const [role, name] of Object.entries(given ?? {}) as [HeaderRole, unknown][]) {
    if (!(role in headers)) continue;
    const lower = typeof name === 'string' ? name.toLowerCase() : '';
    if (token.test(lower)) chosen[role] = lower;
    else
      faults.add(
        'CONFIG_INVALID',
        `headers.${role}`,
        'is not a header name without underscores',
        'write e.g. "X-SSL-Client-Cert"',
      );
  }
  if (new Set(Object.values(chosen)).size < Object.keys(chosen).length) {
    faults.add('CONFIG_CONFLICT', 'headers', 'name one header twice', 'give each a name of its own');
  }
  return Object.freeze(chosen);
}

function checkXfcc(faults: FaultCollector, { format, by, through, replaces }: XfccOptions) {
  const nothing = { by: undefined, through: new Set<string>(), replaces: false };
  if (format !== 'xfcc') return nothing;
  if (by !== undefined && !isList(by)) {
    faults.add('CONFIG_INVALID', 'by', 'is not a list of URI names', 'write those of the proxy, or [] if it has none');
  }
  if (through !== undefined && !(isList(through) && through.length > 0 && through.every(isWorkloadId))) {
    faults.add('CONFIG_INVALID', 'through', 'is not a list of workload ids', 'write the ids of your outer proxies');
  }
  if (replaces !== undefined && replaces !== true) {
    faults.add('CONFIG_INVALID', 'replaces', 'is not true', 'write replaces: true, or leave it out');
  }
  if (faults.any) return nothing;
  return { by: by && new Set(by), through: new Set<string>(through), replaces: replaces === true };
}
