/**
 * The token endpoint of an issuer (RFC 6749 §3.2), for every grant: finds it, proves the client, proves the key of DPoP
 * (RFC 9449 §5), and reads the answer, by `oauth4webapi`. It asks a second time only where the first answer says that
 * this may help: with the nonce that it brought, with a secret that has changed meanwhile, and with the new certificate when
 * ours has changed under the request.
 */
import { clientWarnings, renewClientProof, type MaybePromise } from '@countersign/core';
import * as oauth from 'oauth4webapi';
import type { ClientRuntime } from '../credential/credential-source.ts';
import { issuerFetch, type IssuerFetch } from './issuer-fetch.ts';
import { inIssuerTime } from './issuer-time.ts';
import { ServiceCallError } from '../fault/service-call-error.ts';
import { metadataOf } from './server-metadata.ts';
import { readTokenAnswer, tokenFault, type Binding, type TokenAnswer } from './token-answer.ts';
import { tokenEndpointProof, type RequestProof } from './token-endpoint-proof.ts';
import type { TokenEndpointSettings } from './token-endpoint-options.ts';
import { openTransport } from '../connection/transport.ts';

/** What is asked of the issuer. */
export interface TokenGrant {
  /** `grant_type`. */
  readonly grantType: string;
  /** What goes with it, e.g. `scope` and `resource`. It is not changed. */
  readonly parameters: URLSearchParams;
}

/** The token endpoint, at work for one client. */
export interface TokenEndpoint {
  /**
   * What tokens that are asked for now are bound to, for the key of a cache: the same text for as long as it is the same
   * key and the same certificate. Undefined for bearer tokens.
   * @throws {ServiceCallError} `IDENTITY_UNAVAILABLE` when the certificate that they are bound to is not there.
   */
  binding(): string | undefined;
  /** Asks for a token. Rejects with `ServiceCallError`. */
  request(grant: TokenGrant, signal: AbortSignal): Promise<TokenAnswer>;
  close(): Promise<void>;
}

/** A try that failed, and what may help. */
interface Failed {
  readonly failure: ServiceCallError;
  readonly hasNewNonce: boolean;
}

function isClientRefused({ code, detail }: ServiceCallError): boolean {
  return code === 'CREDENTIAL_REFUSED' && (detail.actual === 'invalid_client' || detail.actual === 'status 401');
}

/** A way in which a second request may fare better. */
type Remedy = (failed: Failed) => MaybePromise<boolean>;

async function firstThatHelps(remedies: Iterable<Remedy>, failed: Failed): Promise<Remedy | undefined> {
  for (const remedy of remedies) if (await remedy(failed)) return remedy;
  return undefined;
}

/** Opens it, and tells what is to be told at start. */
export function openTokenEndpoint(
  settings: TokenEndpointSettings,
  { clock, notify }: Pick<ClientRuntime, 'clock' | 'notify'>,
): TokenEndpoint {
  const { issuer, clientAuthentication, timeoutSeconds, allowHttp, dpop, certificateBound } = settings;
  const client: oauth.Client = { client_id: clientAuthentication.clientId };
  if (allowHttp !== undefined) {
    const facts = { option: 'credentials.allowHttp', expires: allowHttp.expires, owner: allowHttp.owner };
    notify({ code: 'WAIVER_IN_FORCE', level: 'warn', message: 'The issuer may be on plain http.', facts });
  }
  const tellWarnings = clientWarnings(clientAuthentication, ({ code, message, facts }) => {
    notify({ code, level: 'warn', message, facts: { issuer, ...facts } });
  });
  tellWarnings(clock.now());
  const transport = openTransport(settings, clock);
  const findMetadata = metadataOf(settings, clock);
  const proof = tokenEndpointProof(settings, clock);
  const thumbprint = (): string | undefined => (certificateBound ? transport.certificateThumbprint() : undefined);

  const tryOnce = async ({ grantType, parameters }: TokenGrant, fetch: IssuerFetch): Promise<TokenAnswer | Failed> => {
    let sent: RequestProof | undefined;
    try {
      const metadata = await findMetadata(fetch);
      const certificateThumbprint = thumbprint();
      const fetchBound: IssuerFetch = (url, init) => fetch(url, { ...init, certificateThumbprint });
      const options = {
        [oauth.customFetch]: proof.noteNonce(fetchBound) as never,
        // The endpoint was checked when it was found.
        [oauth.allowInsecureRequests]: true,
      };
      sent = proof.forRequest(metadata.token_endpoint as string);
      const response = await oauth.genericTokenEndpointRequest(
        metadata,
        client,
        sent.prove,
        grantType,
        parameters,
        options,
      );
      const binding: Binding = {
        ...(dpop !== undefined && { prover: dpop }),
        ...(certificateThumbprint !== undefined && { certificateThumbprint }),
      };
      return readTokenAnswer(await oauth.processGenericTokenEndpointResponse(metadata, client, response), binding);
    } catch (error) {
      return { failure: tokenFault(error), hasNewNonce: sent?.hasNewNonce() === true };
    } finally {
      tellWarnings(clock.now());
    }
  };

  /** Each is tried once for a grant. */
  const remedies: readonly Remedy[] = [
    ({ failure, hasNewNonce }) => failure.detail.actual === 'use_dpop_nonce' && hasNewNonce,
    ({ failure }) => isClientRefused(failure) && renewClientProof(clientAuthentication, issuer),
    ({ failure }) => failure.code === 'CERTIFICATE_MISMATCH',
  ];

  const tryAll = async (grant: TokenGrant, fetch: IssuerFetch): Promise<TokenAnswer> => {
    const left = new Set(remedies);
    for (;;) {
      const answer = await tryOnce(grant, fetch);
      if (!('failure' in answer)) return answer;
      const remedy = await firstThatHelps(left, answer);
      if (remedy === undefined) throw answer.failure;
      left.delete(remedy);
    }
  };

  return {
    binding: () => {
      const certificate = thumbprint();
      if (certificate === undefined) return dpop === undefined ? undefined : `jkt:${dpop.thumbprint}`;
      return dpop === undefined ? `x5t#S256:${certificate}` : `jkt:${dpop.thumbprint} x5t#S256:${certificate}`;
    },
    request: (grant, signal) =>
      inIssuerTime({ timeoutSeconds, clock, signal }, (deadline) => tryAll(grant, issuerFetch(transport, deadline))),
    close: () => transport.close(),
  };
}
