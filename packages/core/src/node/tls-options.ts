/**
 * TLS settings for servers that ask their clients for certificates. The settings that undo the check (tickets shared
 * between processes, old protocols, no verification) have no name here. Revocation lists are not handed to OpenSSL,
 * which would cut everybody off when one is out of date, without a word: they are judged with the certificate.
 */
import { constants } from 'node:crypto';
import type { IdentitySource, X509Identity } from '../certificate/identity-source.ts';
import { FaultCollector } from '../errors/configuration-error.ts';
import type { Secret } from '../errors/secret.ts';
import type { TrustBundle, TrustBundleSet } from '../certificate/trust-bundle.ts';
import { roomForNames } from './room-for-names.ts';
import { checkBundles, checkIdentity, type BundleList } from './tls-sources.ts';

/** Options of `createTlsOptions` that say whom a server trusts, and for how long. */
export interface TlsTrust {
  /** The authorities that client certificates may come from; a set is followed by `guardConnections`. */
  readonly trustBundles: readonly [TrustBundle, ...TrustBundle[]] | TrustBundleSet;
  /**
   * `required`: a client without a good certificate gets no connection. `permissive`: it gets one, is nobody, and
   * reads its refusal over HTTP.
   */
  readonly clientCertificate: 'required' | 'permissive';
  /** When `guardConnections` closes a connection, whatever its certificate. Default: 3600. */
  readonly maximumConnectionAgeSeconds?: number;
}

/** Settings with a key that stays. */
export interface TlsOptionsFromPair extends TlsTrust {
  /** The private key of this service, as PEM. */
  readonly key: Secret;
  /** The certificate of this service and its intermediates, leaf first, as PEM. */
  readonly certificate: string;
  readonly identity?: never;
}

/** Settings with an identity that a source keeps fresh. `await source.ready()` before. */
export interface TlsOptionsFromSource extends TlsTrust {
  /** What this service shows of itself; a source is followed by `guardConnections`. */
  readonly identity: IdentitySource | X509Identity;
  readonly key?: never;
  readonly certificate?: never;
}

/** Options of `createTlsOptions`. */
export type CreateTlsOptions = TlsOptionsFromPair | TlsOptionsFromSource;

/** Settings for `https.createServer`, `http2.createSecureServer`, Fastify's `https` and Nest's `httpsOptions`. */
export interface TlsOptions {
  readonly key: string;
  readonly cert: string;
  readonly ca: string[];
  readonly requestCert: true;
  readonly rejectUnauthorized: boolean;
  /** TLS 1.3 is negotiated where the client can; 1.2 stays for those who cannot, without renegotiation. */
  readonly minVersion: 'TLSv1.2';
  /**
   * No session tickets: a resumed session carries the identity of the old handshake past expiry, revocation and the
   * removal of its CA, and on Node 20 and 22 makes a client without certificate look authorized.
   */
  readonly secureOptions: number;
}

/** What settings came from, for whoever follows it. */
export interface TlsSources {
  readonly identity: IdentitySource;
  readonly bundles: BundleList;
  readonly maximumConnectionAgeSeconds: number;
  /** What they held when the settings were made. */
  readonly made: { readonly identity: X509Identity; readonly bundles: readonly TrustBundle[] };
}

const defaultAgeSeconds = 3_600;
/** Connections that live longer than a week are none that anybody watches. */
const maximumAgeSeconds = 604_800;

const sources = new WeakMap<object, TlsSources>();

/** The sources of settings that were made here; undefined for others, and for copies. */
export function tlsSourcesOf(options: object): TlsSources | undefined {
  return sources.get(options);
}

/** What changes when an identity or a bundle does. */
export function tlsMaterial(
  identity: X509Identity,
  bundles: readonly TrustBundle[],
): Pick<TlsOptions, 'key' | 'cert' | 'ca'> {
  const { key, certificate } = identity;
  const { named } = roomForNames(bundles, identity);
  const ca = named.flatMap(({ authorities }) => authorities.map((authority) => authority.toString()));
  return { key: key.expose(), cert: certificate, ca };
}

const common = ['trustBundles', 'clientCertificate', 'maximumConnectionAgeSeconds'];

/**
 * Makes the settings.
 * @throws {ConfigurationError} with every fault of the options; also when a source has nothing yet.
 */
export function createTlsOptions(options: CreateTlsOptions): TlsOptions {
  const faults = new FaultCollector('createTlsOptions');
  const { trustBundles, clientCertificate, maximumConnectionAgeSeconds = defaultAgeSeconds } = options ?? {};
  faults.onlyKnown(options ?? {}, ['identity', 'key', 'certificate', ...common]);
  if (clientCertificate !== 'required' && clientCertificate !== 'permissive') {
    faults.add(
      'CONFIG_MISSING',
      'clientCertificate',
      'is not chosen',
      'write "required", or "permissive" while you migrate',
    );
  }
  if (!(maximumConnectionAgeSeconds >= 1 && maximumConnectionAgeSeconds <= maximumAgeSeconds)) {
    const problem = `is no number from 1 to ${maximumAgeSeconds}`;
    faults.add('CONFIG_INVALID', 'maximumConnectionAgeSeconds', problem, 'write e.g. 3600');
  }
  const bundles = checkBundles(faults, trustBundles) as BundleList;
  const identity = checkIdentity(faults, options ?? {}) as IdentitySource;
  faults.throwIfAny();
  const made = { identity: identity.find() as X509Identity, bundles: bundles.list() };
  const settings: TlsOptions = {
    ...tlsMaterial(made.identity, made.bundles),
    requestCert: true,
    rejectUnauthorized: clientCertificate === 'required',
    minVersion: 'TLSv1.2',
    secureOptions: constants.SSL_OP_NO_TICKET | constants.SSL_OP_NO_RENEGOTIATION,
  };
  sources.set(settings, { identity, bundles, maximumConnectionAgeSeconds, made });
  return settings;
}
