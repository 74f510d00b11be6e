/**
 * One attempt of a call, to its answer. After a 401 it is sent once more: with the nonce that the service asks for, or
 * with another token when it refused this one. A 401 says that the request was not handled, so any method may be sent
 * again; a body that is a stream is used up by the first time. A redirect is an error.
 */
import type { Clock } from '@countersign/core';
import type { Answer } from '../connection/answer.ts';
import type { CallCredentials } from './call-credentials.ts';
import type { CallDeadline } from './call-deadline.ts';
import type { ConnectionChoice } from '../connection/client-tls.ts';
import { credentialHeaders } from './credential-headers.ts';
import type { Credential } from '../credential/credential-source.ts';
import { DpopNonce, wantsNonce } from './dpop-nonce.ts';
import { ServiceCallError } from '../fault/service-call-error.ts';
import type { PreparedRequest } from './service-request.ts';
import type { OutgoingRequest } from '../connection/transport.ts';

/** Puts one request on the wire. */
export type Wire<T> = (url: string, request: OutgoingRequest) => Promise<Answer<T>>;

/** One call on its way. */
export interface Call<T> {
  readonly url: string;
  readonly request: PreparedRequest;
  readonly deadline: CallDeadline;
  readonly wire: Wire<T>;
}

/** Makes one attempt of a call. Rejects with `ServiceCallError`. */
export type Attempt = <T>(call: Call<T>, connection: ConnectionChoice) => Promise<Answer<T>>;

/** Makes what makes attempts, for one client. */
export function createAttempt(credentials: CallCredentials, clock: Clock): Attempt {
  const nonce = new DpopNonce();

  /** Sends it once. `isNonceKnown`: the answer brought a nonce. */
  const send = async <T>(call: Call<T>, connection: ConnectionChoice, credential: Credential | undefined) => {
    const { url, deadline, wire } = call;
    const { method, body, headers } = call.request;
    const proof = credentialHeaders(credential, { method, url, nonce: nonce.current, now: clock.now() });
    const { signal } = deadline;
    const certificateThumbprint = credential?.certificateThumbprint;
    const outgoing = { method, headers: { ...headers, ...proof }, body, signal, connection, certificateThumbprint };
    const answer = await deadline.race(wire(url, outgoing));
    const isNonceKnown = nonce.note(answer);
    if (!answer.isRedirect) return { answer, isNonceKnown };
    await answer.discard();
    throw new ServiceCallError('REDIRECT_REFUSED', { actual: `status ${answer.status}` });
  };

  return async (call, connection) => {
    let credential = await credentials.find(call);
    const tried = { nonce: false, token: false };
    for (;;) {
      const { answer, isNonceKnown } = await send(call, connection, credential);
      if (answer.status !== 401 || credential === undefined || !call.request.isReplayable) return answer;
      const about = credential.scheme === 'DPoP' && wantsNonce(answer) ? 'nonce' : 'token';
      if (tried[about] || (about === 'nonce' && !isNonceKnown)) return answer;
      tried[about] = true;
      if (about === 'token') {
        const replacement = await credentials.replace(call, credential);
        if (replacement === undefined) return answer;
        credential = replacement;
      }
      await answer.discard();
    }
  };
}
