/** The troubles that a test issuer can have: at one endpoint or at all of them, until the test ends it. */
import type { RequestListener } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { FaultCollector } from '@countersign/core';

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
  /** @throws {ConfigurationError} for names that are not known. */
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

const endpoints: readonly unknown[] = ['token', 'introspection', 'keys', 'metadata'] satisfies IssuerEndpoint[];

/** A misspelt trouble would be none, and a test that passes for the wrong reason. */
function check(outage: unknown, endpoint: unknown): void {
  const faults = new FaultCollector('setOutage');
  const names = Object.keys(answers);
  if (outage !== undefined && !names.includes(outage as string)) {
    faults.add('CONFIG_INVALID', 'outage', 'is not known', `write one of ${names.join(', ')}, or undefined to end it`);
  }
  if (endpoint !== undefined && !endpoints.includes(endpoint)) {
    faults.add('CONFIG_INVALID', 'endpoint', 'is not known', `write one of ${endpoints.join(', ')}, or leave it out`);
  }
  faults.throwIfAny();
}

/** Makes it, without trouble. */
export function createOutages(): Outages {
  const atEndpoint = new Map<IssuerEndpoint | undefined, IssuerOutage>();
  return {
    set: (outage, endpoint) => {
      check(outage, endpoint);
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
