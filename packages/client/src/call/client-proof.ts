/** How a client proves itself: the sources and connections it is given, which go together, and binding them. */
import type { FaultCollector, Fetch } from '@countersign/core';
import { checkTransport } from '../connection/check-transport.ts';
import type { ClientTls, MutualTls } from '../connection/client-tls.ts';
import { isCredentialSource } from '../credential/credential-source.ts';
import type {
  BoundCredentialSource,
  BoundOnBehalfOfSource,
  ClientRuntime,
  CredentialSource,
  OnBehalfOfSource,
} from '../credential/credential-source.ts';

/**
 * A client proves itself by credentials, by a certificate, or by both. With `onBehalfOf` alone it acts for the subjects of
 * requests, and never as itself. The usual form stands last: it is the one that the compiler names when all of them miss.
 */
export type ClientProof =
  | {
      readonly credentials?: CredentialSource | undefined;
      readonly onBehalfOf?: OnBehalfOfSource | undefined;
      readonly tls?: undefined;
      /** For tests: sends the requests instead of `tls`. */
      readonly fetch: Fetch;
    }
  | {
      readonly credentials?: undefined;
      readonly onBehalfOf?: undefined;
      readonly tls: MutualTls;
      readonly fetch?: undefined;
    }
  | {
      readonly credentials?: undefined;
      readonly onBehalfOf: OnBehalfOfSource;
      readonly tls?: ClientTls | undefined;
      readonly fetch?: undefined;
    }
  | {
      readonly credentials: CredentialSource;
      readonly onBehalfOf?: OnBehalfOfSource | undefined;
      readonly tls?: ClientTls | undefined;
      readonly fetch?: undefined;
    };

/** Checks what is given, and that it goes together. */
export function checkProof(faults: FaultCollector, options: ClientProof): void {
  const { credentials, onBehalfOf, tls, fetch } = options;
  if (credentials !== undefined && !isCredentialSource(credentials)) {
    const actsForSubjects = typeof (credentials as Partial<OnBehalfOfSource> | null)?.bindOnBehalfOf === 'function';
    const fix = actsForSubjects ? 'write it as onBehalfOf: it acts for subjects' : 'pass clientCredentials({ … })';
    faults.add('CONFIG_INVALID', 'credentials', 'is not a source', fix);
  }
  if (onBehalfOf !== undefined && typeof onBehalfOf?.bindOnBehalfOf !== 'function') {
    const fix = isCredentialSource(onBehalfOf)
      ? 'write it as credentials: it acts as this service'
      : 'pass tokenExchange({ … })';
    faults.add('CONFIG_INVALID', 'onBehalfOf', 'is not a source', fix);
  }
  checkTransport(faults, options);
  if (credentials === undefined && onBehalfOf === undefined && fetch === undefined && tls?.proves !== 'both') {
    const fix = 'pass credentials: clientCredentials({ … }), onBehalfOf, tls: mtls({ … }), or several of them';
    faults.add('CONFIG_MISSING', 'credentials', 'is absent, and no client certificate is shown', fix);
  }
}

/** Sources at work for one client. */
export interface BoundSources {
  readonly credentials: BoundCredentialSource | undefined;
  readonly onBehalfOf: BoundOnBehalfOfSource | undefined;
}

/** Binds the sources to a client. What one of them objects to is among the faults. */
export function bindSources(faults: FaultCollector, options: ClientProof, runtime: ClientRuntime): BoundSources {
  const { credentials, onBehalfOf } = options;
  const isBindable = typeof runtime.audience === 'string';
  return {
    credentials:
      isBindable && isCredentialSource(credentials)
        ? faults.attempt('credentials', () => credentials.bind(runtime))
        : undefined,
    onBehalfOf:
      isBindable && typeof onBehalfOf?.bindOnBehalfOf === 'function'
        ? faults.attempt('onBehalfOf', () => onBehalfOf.bindOnBehalfOf(runtime))
        : undefined,
  };
}
