/** TLS by host name, as browsers do it: with the CAs of the system, or with CAs of your own. Proves the server only. */
import { X509Certificate } from 'node:crypto';
import { FaultCollector } from '@countersign/core';
import type { ClientTls } from './client-tls.ts';
import { openConnections } from './connections.ts';

/** Options of `serverTls`. */
export interface ServerTlsOptions {
  /** CA certificates as PEM, instead of those of the system. Each text may hold several. */
  readonly ca: string | readonly [string, ...string[]];
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

/**
 * Trusts CAs of your own for the host name of the server.
 * @throws {ConfigurationError} with every fault.
 */
export function serverTls(options: ServerTlsOptions): ClientTls {
  const faults = new FaultCollector('serverTls');
  faults.onlyKnown(options ?? {}, ['ca']);
  const given = options?.ca as unknown;
  const ca: readonly unknown[] = typeof given === 'string' ? [given] : Array.isArray(given) ? [...given] : [];
  if (ca.length === 0 || !ca.every(isCertificate)) {
    faults.add('CONFIG_INVALID', 'ca', 'is not a CA certificate', 'pass CA certificates as PEM, or leave tls out');
  }
  faults.throwIfAny();
  return Object.freeze<ClientTls>({ proves: 'server', open: () => openConnections({ tls: { ca } }) });
}
