/**
 * The credential of one call: that of this service, or one for the subject of a caller, and only when the call says so.
 * A token that is bound to a certificate is given out only while the connections show that certificate (RFC 8705 §3).
 */
import type { CallDeadline } from './call-deadline.ts';
import type { Credential, CredentialRequest } from '../credential/credential-source.ts';
import type { ServiceClientSettings } from './service-client-options.ts';
import { ServiceCallError } from '../fault/service-call-error.ts';
import type { PreparedRequest } from './service-request.ts';
import type { Transport } from '../connection/transport.ts';

/** For whom, and how long that may take. */
export interface CredentialDemand {
  readonly request: Pick<PreparedRequest, 'subjectOf'>;
  readonly deadline: CallDeadline;
}

/** Finds credentials for calls. */
export interface CallCredentials {
  /** The credential; undefined at a client that proves itself by its certificate alone. Rejects with `ServiceCallError`. */
  find(demand: CredentialDemand): Promise<Credential | undefined>;
  /** Another one than this, which the service refused; undefined when there is none. Never rejects. */
  replace(demand: CredentialDemand, rejected: Credential): Promise<Credential | undefined>;
}

/** What the sources and the connections of a client are. */
type Surroundings = Pick<ServiceClientSettings, 'credentials' | 'onBehalfOf'> & {
  readonly transport: Pick<Transport, 'certificateThumbprint'>;
  /** Whether a test sends the requests, so that there is no connection to look at. */
  readonly isTest: boolean;
};

function isCredential(found: unknown): found is Credential {
  const { token } = (found ?? {}) as Partial<Credential>;
  return typeof token?.expose === 'function';
}

/** Connects them. */
export function callCredentials({ credentials, onBehalfOf, transport, isTest }: Surroundings): CallCredentials {
  const ask = async (
    { request: { subjectOf: caller }, deadline }: CredentialDemand,
    told: CredentialRequest,
  ): Promise<Credential | undefined> => {
    if (caller === undefined && credentials === undefined) return undefined;
    let found: Credential | undefined;
    try {
      const asked = caller === undefined ? credentials?.credential(told) : onBehalfOf?.credential({ ...told, caller });
      found = asked instanceof Promise ? await deadline.race(asked) : asked;
    } catch (error) {
      // A source may be written by anybody: what it throws is not shown.
      throw error instanceof ServiceCallError ? error : new ServiceCallError('CREDENTIAL_UNAVAILABLE');
    }
    // Nothing is not "no credential is needed": the call would go out as nobody, or as this service by its certificate.
    if (isCredential(found)) return found;
    throw new ServiceCallError('CREDENTIAL_UNAVAILABLE', {
      check: 'the answer of the source',
      expected: 'a credential',
    });
  };

  const fits = ({ certificateThumbprint }: Credential): boolean =>
    certificateThumbprint === undefined || isTest || certificateThumbprint === transport.certificateThumbprint();

  return {
    find: async (demand) => {
      const first = await ask(demand, {});
      if (first === undefined || fits(first)) return first;
      const second = await ask(demand, { rejected: first });
      if (second !== undefined && fits(second)) return second;
      throw new ServiceCallError('CERTIFICATE_MISMATCH', { check: 'certificateThumbprint' });
    },
    replace: async (demand, rejected) => {
      try {
        const next = await ask(demand, { rejected });
        return next === rejected || next === undefined || !fits(next) ? undefined : next;
      } catch {
        // A failing source leaves the 401 as it is.
        return undefined;
      }
    },
  };
}
