/** The options that adapters share, checked once. */
import { FaultCollector } from '../errors/configuration-error.ts';
import type { ServiceAuth } from '../enforcement/service-auth.ts';
import { tlsSourcesOf, type TlsOptions } from './tls-options.ts';

/** Options of an adapter. */
export interface AdapterOptions {
  /** What `createServiceAuth` returned. Closed with the application. */
  readonly auth: ServiceAuth;
  /** Whether real CORS preflights are let through without a caller. No handler sees them. Default: false. */
  readonly corsPreflight?: boolean;
  /**
   * What `createTlsOptions` returned, when the application serves TLS itself: its connections are then guarded, as by
   * `guardConnections`.
   */
  readonly tls?: TlsOptions | undefined;
}

/** Checked options. */
export type AdapterSettings = Required<Omit<AdapterOptions, 'tls'>> & Pick<AdapterOptions, 'tls'>;

/** Options as they may arrive, before anything is checked. */
type Given = { readonly [Name in keyof AdapterOptions]?: AdapterOptions[Name] | undefined };

/** Notes the faults of the options that adapters share. The answer counts only when there were none. */
export function adapterSettings(faults: FaultCollector, { auth, corsPreflight = false, tls }: Given): AdapterSettings {
  if (typeof auth?.check !== 'function') {
    faults.add('CONFIG_MISSING', 'auth', 'is not a service', 'pass what createServiceAuth(…) returned');
  }
  if (typeof corsPreflight !== 'boolean') {
    faults.add('CONFIG_INVALID', 'corsPreflight', 'is not a boolean', 'write true, or leave it out');
  }
  if (tls !== undefined && tlsSourcesOf(tls) === undefined) {
    const fix = 'pass the same object that createTlsOptions(…) returned, and no copy';
    faults.add('CONFIG_INVALID', 'tls', 'was not made by createTlsOptions', fix);
  }
  return { auth: auth as ServiceAuth, corsPreflight, tls };
}

/** @throws {ConfigurationError} with every fault of options that are these and no others. `where` names them. */
export function checkAdapterOptions(where: string, options: AdapterOptions): AdapterSettings {
  const faults = new FaultCollector(where);
  faults.onlyKnown(options ?? {}, ['auth', 'corsPreflight', 'tls']);
  const settings = adapterSettings(faults, options ?? {});
  faults.throwIfAny();
  return settings;
}
