/**
 * TLS by host name, as browsers do it: with the CAs of the system, or with CAs of your own. By itself it proves the server
 * only. With an identity it shows our certificate too, for servers with a certificate of the web that ask for ours, such
 * as an issuer; then the connections follow every change of the identity.
 */
import { X509Certificate } from 'node:crypto';
import { FaultCollector, thumbprintOf, type Clock, type IdentitySource, type X509Identity } from '@countersign/core';
import type { ClientTls, MutualTls } from './client-tls.ts';
import { openConnections, type ConnectionSettings } from './connections.ts';
import { identityOf } from './handshake-material.ts';
import { readOwnIdentity, type Watched } from './own-identity.ts';
import { openRotatingConnections, type ConnectionSource } from './rotating-connections.ts';
import { secureContextOf } from './secure-context.ts';

/** CAs of your own. */
export interface ServerTlsOptions {
  /** CA certificates as PEM, instead of those of the system. Each text may hold several. */
  readonly ca: string | readonly [string, ...string[]];
  readonly identity?: undefined;
}

/** A certificate of ours, too. */
export interface ServerTlsWithIdentity {
  /** What we show: an identity, or a source that keeps it fresh. */
  readonly identity: IdentitySource | X509Identity;
  /** CA certificates as PEM. Default: the CAs of the system. */
  readonly ca?: string | readonly [string, ...string[]];
}

/** The CAs of the system, and those of NODE_EXTRA_CA_CERTS. The default. */
export const systemTls: ClientTls = Object.freeze<ClientTls>({
  proves: 'server',
  open: () => openConnections({ tls: {} }),
});

function isCertificate(pem: unknown): boolean {
  try {
    return new X509Certificate(String(pem)).ca;
  } catch {
    return false;
  }
}

function readCa(faults: FaultCollector, given: unknown): readonly string[] {
  const ca: readonly unknown[] = typeof given === 'string' ? [given] : Array.isArray(given) ? [...given] : [];
  if (ca.length === 0 || !ca.every(isCertificate)) {
    faults.add(
      'CONFIG_INVALID',
      'ca',
      'is not a CA certificate',
      'pass CA certificates as PEM, an identity, or leave tls out',
    );
  }
  return ca as readonly string[];
}

/** How connections come about that show this identity. */
interface ShownSettings {
  readonly identity: Watched<X509Identity>;
  readonly ca: readonly string[] | undefined;
}

function connectionSource({ identity: watched, ca }: ShownSettings, clock: Clock): ConnectionSource {
  let made: { readonly identity: X509Identity; readonly connections: ConnectionSettings } | undefined;
  return {
    watch: (listener) => watched.watch(listener),
    current: () => {
      const identity = identityOf({ findIdentity: () => watched.find() }, clock.now());
      if (made?.identity !== identity) {
        const tls = { secureContext: secureContextOf(identity, ca) };
        // Of the first certificate in the text: the leaf.
        const certificateThumbprint = thumbprintOf(new X509Certificate(identity.certificate));
        made = { identity, connections: { tls, certificateThumbprint } };
      }
      return made.connections;
    },
  };
}

/**
 * Trusts CAs of your own for the host name of the server, shows a certificate of ours, or both.
 * @throws {ConfigurationError} with every fault.
 */
export function serverTls(options: ServerTlsWithIdentity): MutualTls;
export function serverTls(options: ServerTlsOptions): ClientTls;
export function serverTls(options: ServerTlsOptions | ServerTlsWithIdentity): ClientTls {
  const faults = new FaultCollector('serverTls');
  const given: Partial<ServerTlsOptions | ServerTlsWithIdentity> = options ?? {};
  faults.onlyKnown(given, ['ca', 'identity']);
  const isShown = given.identity !== undefined;
  const ca = isShown && given.ca === undefined ? undefined : readCa(faults, given.ca);
  const identity = isShown ? readOwnIdentity(faults, { identity: given.identity }) : undefined;
  faults.throwIfAny();
  if (identity === undefined) {
    return Object.freeze<ClientTls>({ proves: 'server', open: () => openConnections({ tls: { ca } }) });
  }
  return Object.freeze<MutualTls>({
    proves: 'both',
    open: ({ clock }) => openRotatingConnections(connectionSource({ identity, ca }, clock)),
  });
}
