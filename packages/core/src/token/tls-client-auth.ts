/**
 * Client authentication by the certificate of the connection (RFC 8705 §2). The request says only which client that is;
 * the proof is the handshake, so whoever sends the request must show the certificate. The two methods differ in how the
 * server judges it: by its path and one registered name, or as one of the registered certificates.
 */
import { FaultCollector } from '../errors/configuration-error.ts';
import type { ClientAuthentication } from './client-authentication.ts';
import { checkClientId } from './client-id.ts';

/** Options of `tlsClientAuth` and `selfSignedTlsClientAuth`. */
export interface TlsClientAuthOptions {
  /** The id under which the authorization server knows this service. */
  readonly clientId: string;
}

function certificateProof(method: string, options: TlsClientAuthOptions): ClientAuthentication {
  const faults = new FaultCollector(method);
  const { clientId }: Partial<TlsClientAuthOptions> = options ?? {};
  faults.onlyKnown(options ?? {}, ['clientId']);
  checkClientId(faults, clientId);
  faults.throwIfAny();
  return Object.freeze<ClientAuthentication>({
    clientId: clientId as string,
    needsCertificate: true,
    prove: ({ body }) => body.set('client_id', clientId as string),
  });
}

/**
 * `tls_client_auth` (RFC 8705 §2.1): the server knows the name in our certificate, and trusts its issuer.
 * @throws {ConfigurationError} with every fault of the options.
 */
export function tlsClientAuth(options: TlsClientAuthOptions): ClientAuthentication {
  return certificateProof('tlsClientAuth', options);
}

/**
 * `self_signed_tls_client_auth` (RFC 8705 §2.2): the server knows our certificate itself.
 * @throws {ConfigurationError} with every fault of the options.
 */
export function selfSignedTlsClientAuth(options: TlsClientAuthOptions): ClientAuthentication {
  return certificateProof('selfSignedTlsClientAuth', options);
}
