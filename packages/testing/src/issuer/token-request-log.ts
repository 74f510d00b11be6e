/** What came in at the token endpoint, so that a test can count: also what a trouble left without an answer. */
import type { IncomingMessage } from 'node:http';

/** One request. */
export interface TokenRequest {
  /** Absent when no client could be told. */
  readonly clientId?: string;
  readonly grantType?: string;
  /** Status of the server's answer. Absent while there is none, and for what never came to the server. */
  readonly status?: number;
}

/** The log. */
export interface TokenRequestLog {
  /** In the order of arrival. */
  readonly requests: readonly TokenRequest[];
  begin(request: IncomingMessage): void;
  complete(request: IncomingMessage, learned: TokenRequest): void;
}

/** Makes it, empty. */
export function createTokenRequestLog(): TokenRequestLog {
  const requests: TokenRequest[] = [];
  const places = new WeakMap<IncomingMessage, number>();
  return {
    requests,
    begin: (request) => {
      places.set(request, requests.push({}) - 1);
    },
    complete: (request, learned) => {
      const place = places.get(request);
      if (place !== undefined) requests[place] = Object.freeze({ ...learned });
    },
  };
}
