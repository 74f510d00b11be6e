/**
 * The token endpoint of an issuer (RFC 6749 §3.2), for every grant: finds it, proves the client, proves the key of DPoP
 * (RFC 9449 §5), and reads the answer, by `oauth4webapi`. It asks a second time only where the first answer says that
 * this may help: with the nonce that it brought, with a secret that has changed meanwhile, and after our certificate has
 * changed under the request.
 */
import { clientWarnings, type ClientAuthentication, type MaybePromise } from '@countersign/core';
import * as oauth from 'oauth4webapi';
import type { ClientRuntime } from './credential-source.ts';
import { issuerFetch, type IssuerFetch } from './issuer-fetch.ts';
import { ServiceCallError } from './service-call-error.ts';
import { metadataOf } from './server-metadata.ts';
import { readTokenAnswer, tokenFault, type Binding, type TokenAnswer } from './token-answer.ts';
import { tokenEndpointProof } from './token-endpoint-proof.ts';
import type { TokenEndpointSettings } from './token-endpoint-options.ts';
import { openTransport } from './transport.ts';

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

/** One try at an answer. */
type Attempt = { readonly answer: TokenAnswer } | { readonly failure: ServiceCallError };

function isClientRefused({ code, detail }: ServiceCallError): boolean {
  return code === 'CREDENTIAL_REFUSED' && (detail.actual === 'invalid_client' || detail.actual === 'status 401');
}

/** What it throws may hold a secret. */
async function mayRenew(authentication: ClientAuthentication): Promise<boolean> {
  try {
    return (await authentication.renew?.()) === true;
  } catch {
    return false;
  }
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

  const tryOnce = async ({ grantType, parameters }: TokenGrant, fetch: IssuerFetch): Promise<Attempt> => {
    try {
      const metadata = await findMetadata(fetch);
      const certificateThumbprint = thumbprint();
      const options = {
        [oauth.customFetch]: proof.noteNonce(fetch) as never,
        // The endpoint was checked when it was found.
        [oauth.allowInsecureRequests]: true,
      };
      const prove = proof.prover(metadata.token_endpoint as string);
      const response = await oauth.genericTokenEndpointRequest(metadata, client, prove, grantType, parameters, options);
      if (thumbprint() !== certificateThumbprint) {
        return { failure: new ServiceCallError('CREDENTIAL_UNAVAILABLE', { check: 'rotation' }) };
      }
      const binding: Binding = {
        ...(dpop !== undefined && { prover: dpop }),
        ...(certificateThumbprint !== undefined && { certificateThumbprint }),
      };
      return {
        answer: readTokenAnswer(await oauth.processGenericTokenEndpointResponse(metadata, client, response), binding),
      };
    } catch (error) {
      return { failure: tokenFault(error) };
    } finally {
      tellWarnings(clock.now());
    }
  };

  /** The ways in which a second request may fare better. Each is gone once, in the order they come up. */
  const remedies: readonly ((failure: ServiceCallError) => MaybePromise<boolean>)[] = [
    ({ detail }) => dpop !== undefined && detail.actual === 'use_dpop_nonce' && proof.hasNewNonce(),
    (failure) => isClientRefused(failure) && mayRenew(clientAuthentication),
    ({ detail }) => detail.check === 'rotation',
  ];

  const request = async (grant: TokenGrant, signal: AbortSignal): Promise<TokenAnswer> => {
    const fetch = issuerFetch(transport, { timeoutSeconds, signal });
    const left = new Set(remedies);
    for (;;) {
      const attempt = await tryOnce(grant, fetch);
      if ('answer' in attempt) return attempt.answer;
      let helped = false;
      for (const remedy of left) {
        if (!(await remedy(attempt.failure))) continue;
        left.delete(remedy);
        helped = true;
        break;
      }
      if (!helped) throw attempt.failure;
    }
  };

  return {
    binding: () => {
      const certificate = thumbprint();
      if (certificate === undefined) return dpop === undefined ? undefined : `jkt:${dpop.thumbprint}`;
      return dpop === undefined ? `x5t#S256:${certificate}` : `jkt:${dpop.thumbprint} x5t#S256:${certificate}`;
    },
    request,
    close: () => transport.close(),
  };
}
