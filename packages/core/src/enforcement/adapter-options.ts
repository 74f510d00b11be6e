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

/** Options as they may arrive, before anything is checked. */
type Given = { readonly [Name in keyof AdapterOptions]?: AdapterOptions[Name] | undefined };

/** Notes the faults of the options that adapters share. The answer counts only when there were none. */
export function adapterSettings(faults: FaultCollector, { auth, corsPreflight = false }: Given): AdapterSettings {
  if (typeof auth?.check !== 'function') {
    faults.add('CONFIG_MISSING', 'auth', 'is not a service', 'pass what createServiceAuth(…) returned');
  }
  if (typeof corsPreflight !== 'boolean') {
    faults.add('CONFIG_INVALID', 'corsPreflight', 'is not a boolean', 'write true, or leave it out');
  }
  return { auth: auth as ServiceAuth, corsPreflight };
}

/** @throws {ConfigurationError} with every fault of options that are these and no others. `where` names them. */
export function checkAdapterOptions(where: string, options: AdapterOptions): AdapterSettings {
  const faults = new FaultCollector(where);
  faults.onlyKnown(options ?? {}, ['auth', 'corsPreflight']);
  const settings = adapterSettings(faults, options ?? {});
  faults.throwIfAny();
  return settings;
}
