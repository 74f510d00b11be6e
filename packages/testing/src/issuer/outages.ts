/** The troubles that a test issuer can have: at one endpoint or at all of them, until the test ends it. */
import type { RequestListener } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';

/**
 * - `down`: connections end without an answer
 * - `slow`: answers come a second later
 * - `hanging`: answers never come
 * - `unavailable`: 503, with `Retry-After: 1`
 * - `wrong-content`: 200, with a web page
 */
export type IssuerOutage = 'down' | 'slow' | 'hanging' | 'unavailable' | 'wrong-content';

/** Where. `metadata` is what discovery reads, `keys` is the JWKS. */
export type IssuerEndpoint = 'token' | 'introspection' | 'keys' | 'metadata';

/** The troubles in force. */
export interface Outages {
  set(outage: IssuerOutage | undefined, endpoint: IssuerEndpoint | undefined): void;
  /** Puts them before a listener. */
  before(endpoint: IssuerEndpoint | undefined, listener: RequestListener): RequestListener;
}

const slowMilliseconds = 1_000;

const answers: Readonly<Record<IssuerOutage, (listener: RequestListener) => RequestListener>> = {
  down: () => (request) => request.socket.destroy(),
  slow: (listener) => async (request, response) => {
    await wait(slowMilliseconds);
    if (!response.destroyed) listener(request, response);
  },
  hanging: () => (request) => request.resume(),
  unavailable: () => (request, response) => {
    request.resume();
    response.writeHead(503, { 'retry-after': '1' }).end();
  },
  'wrong-content': () => (request, response) => {
    request.resume();
    response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>Sign in</title>');
  },
};

/** The names, for the check of a call in JavaScript. */
export const outageNames: readonly string[] = Object.keys(answers);

/** Makes it, without trouble. */
export function createOutages(): Outages {
  const atEndpoint = new Map<IssuerEndpoint | undefined, IssuerOutage>();
  return {
    set: (outage, endpoint) => {
      // What is said about all endpoints ends what was said about single ones.
      if (endpoint === undefined) atEndpoint.clear();
      if (outage === undefined) atEndpoint.delete(endpoint);
      else atEndpoint.set(endpoint, outage);
    },
    before: (endpoint, listener) => {
      const outage = atEndpoint.get(endpoint) ?? atEndpoint.get(undefined);
      return outage === undefined ? listener : answers[outage](listener);
    },
  };
}
