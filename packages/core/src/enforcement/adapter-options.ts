/** The options that adapters share, checked once. */
import { FaultCollector } from '../errors/configuration-error.ts';
import type { ServiceAuth } from './service-auth.ts';

/** Options of an adapter. */
export interface AdapterOptions {
  /** What `createServiceAuth` returned. Closed with the application. */
  readonly auth: ServiceAuth;
  /** Whether real CORS preflights are let through without a caller. No handler sees them. Default: false. */
  readonly corsPreflight?: boolean;
}

/** Checked options. */
export type AdapterSettings = Required<AdapterOptions>;

/** @throws {ConfigurationError} with every fault of the options. `where` names them. */
export function checkAdapterOptions(where: string, options: AdapterOptions): AdapterSettings {
  const faults = new FaultCollector(where);
  const { auth, corsPreflight = false } = options ?? {};
  faults.onlyKnown(options ?? {}, ['auth', 'corsPreflight']);
  if (typeof auth?.check !== 'function') {
    faults.add('CONFIG_MISSING', 'auth', 'is not a service', 'pass what createServiceAuth(…) returned');
  }
  if (typeof corsPreflight !== 'boolean') {
    faults.add('CONFIG_INVALID', 'corsPreflight', 'is not a boolean', 'write true, or leave it out');
  }
  faults.throwIfAny();
  return { auth, corsPreflight };
}
