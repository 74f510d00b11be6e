/**
 * Certificates for a channel of `@grpc/grpc-js`, by the shape of its `CertificateProvider`, so that this package needs
 * no gRPC library. A channel that is built on them shows the identity of now on each new connection, and refuses every
 * server but the expected workload before a byte of HTTP/2. A connection that stands is not touched: see
 * `rotatingGrpcClient`.
 */
import { X509Certificate } from 'node:crypto';
import type { DetailedPeerCertificate, PeerCertificate } from 'node:tls';
import { systemClock, type Clock } from '@countersign/core';
import { bundleOf, identityOf } from '../connection/handshake-material.ts';
import { checkMtls, type MtlsOptions, type MtlsSettings } from '../connection/mtls-options.ts';
import { ServiceCallError } from '../fault/service-call-error.ts';
import { verifyServerChain } from '../connection/verify-server.ts';

/** Authorities, as grpc-js takes them: PEM. */
export interface GrpcCaUpdate {
  readonly caCertificate: Buffer;
}

/** A key and its certificate, as grpc-js takes them: PEM. */
export interface GrpcIdentityUpdate {
  readonly certificate: Buffer;
  readonly privateKey: Buffer;
}

type Listener<T> = (update: T | null) => void;

/** For `experimental.createCertificateProviderChannelCredentials(certificates, certificates, certificates.verifyOptions)`. */
export interface GrpcCertificates {
  addCaCertificateListener(listener: Listener<GrpcCaUpdate>): void;
  removeCaCertificateListener(listener: Listener<GrpcCaUpdate>): void;
  addIdentityCertificateListener(listener: Listener<GrpcIdentityUpdate>): void;
  removeIdentityCertificateListener(listener: Listener<GrpcIdentityUpdate>): void;
  /** Without them a channel would take any certificate of the bundle. */
  readonly verifyOptions: {
    readonly rejectUnauthorized: true;
    readonly checkServerIdentity: (host: string, certificate: PeerCertificate) => Error | undefined;
  };
}

/** Options of `grpcCertificates`. */
export type GrpcCertificatesOptions = MtlsOptions & {
  /** Default: the system clock. */
  readonly clock?: Clock;
};

const maximumChain = 10;
/** The longest that a timer of Node can wait. */
const longestWaitMilliseconds = 2_147_483_647;

/** The chain in the older form of Node, in which each certificate links to its issuer and a root to itself. */
function chainOf(certificate: PeerCertificate): readonly [X509Certificate, ...X509Certificate[]] {
  const chain: [X509Certificate, ...X509Certificate[]] = [new X509Certificate(certificate.raw)];
  let last = certificate as DetailedPeerCertificate;
  while (chain.length < maximumChain) {
    const next = last.issuerCertificate as DetailedPeerCertificate | undefined;
    if (next?.raw === undefined || next.raw.equals(last.raw)) break;
    chain.push(new X509Certificate(next.raw));
    last = next;
  }
  return chain;
}

function judge(certificate: PeerCertificate, settings: MtlsSettings, clock: Clock): Error | undefined {
  try {
    const { server } = settings;
    const expected = { server, bundle: bundleOf(settings), now: clock.now() };
    const refusal = verifyServerChain(chainOf(certificate), expected);
    return refusal && new ServiceCallError('SERVER_UNTRUSTED', refusal.detail);
  } catch (error) {
    return error instanceof ServiceCallError ? error : new ServiceCallError('SERVER_UNTRUSTED');
  }
}

/** `null` tells a channel that there is nothing to connect with: its calls fail with UNAVAILABLE, and nothing is sent. */
function orNull<T>(read: () => T): T | null {
  try {
    return read();
  } catch {
    return null;
  }
}

/** The same, of options that were checked. */
export function certificatesFor(settings: MtlsSettings, clock: Clock): GrpcCertificates {
  const caListeners = new Set<Listener<GrpcCaUpdate>>();
  const identityListeners = new Set<Listener<GrpcIdentityUpdate>>();
  let stop: (() => void) | undefined;
  let expiry: NodeJS.Timeout | undefined;

  const authorities = () =>
    orNull(() => {
      const pem = bundleOf(settings).authorities.map((authority) => authority.toString());
      return { caCertificate: Buffer.from(pem.join('\n')) };
    });
  const identity = () =>
    orNull(() => {
      const { key, certificate } = identityOf(settings, clock.now());
      return { certificate: Buffer.from(certificate), privateKey: Buffer.from(key.expose()) };
    });
  const endOfIdentity = (): number | null => orNull(() => identityOf(settings, clock.now()).notAfter);
  /** A channel keeps what it was told last, so the end of a certificate is told too. */
  const waitForExpiry = (): void => {
    clearTimeout(expiry);
    const notAfter = endOfIdentity();
    if (notAfter === null) return;
    const onTime = (): void => (endOfIdentity() === null ? tell() : waitForExpiry());
    expiry = setTimeout(onTime, Math.min(notAfter - clock.now() + 1, longestWaitMilliseconds));
    expiry.unref();
  };
  const tell = (): void => {
    const ca = authorities();
    const own = identity();
    for (const listener of caListeners) listener(ca);
    for (const listener of identityListeners) listener(own);
    waitForExpiry();
  };
  const add = <T>(listeners: Set<Listener<T>>, listener: Listener<T>, read: () => T | null): void => {
    if (stop === undefined) {
      stop = settings.watch(tell);
      waitForExpiry();
    }
    listeners.add(listener);
    process.nextTick(() => {
      if (listeners.has(listener)) listener(read());
    });
  };
  const remove = <T>(listeners: Set<Listener<T>>, listener: Listener<T>): void => {
    listeners.delete(listener);
    if (caListeners.size + identityListeners.size > 0) return;
    stop?.();
    stop = undefined;
    clearTimeout(expiry);
  };

  return Object.freeze<GrpcCertificates>({
    addCaCertificateListener: (listener) => add(caListeners, listener, authorities),
    removeCaCertificateListener: (listener) => remove(caListeners, listener),
    addIdentityCertificateListener: (listener) => add(identityListeners, listener, identity),
    removeIdentityCertificateListener: (listener) => remove(identityListeners, listener),
    verifyOptions: Object.freeze({
      rejectUnauthorized: true,
      checkServerIdentity: (_host: string, certificate: PeerCertificate) => judge(certificate, settings, clock),
    }),
  });
}

/**
 * Certificates for a channel to one workload. They watch their sources while a channel listens, and need no close.
 * @throws {ConfigurationError} with every fault of the options.
 */
export function grpcCertificates(options: GrpcCertificatesOptions): GrpcCertificates {
  const settings = checkMtls(options, { where: 'grpcCertificates', known: ['clock'] });
  return certificatesFor(settings, options.clock ?? systemClock);
}
