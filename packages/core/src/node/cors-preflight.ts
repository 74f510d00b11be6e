/** CORS preflights carry no credential (Fetch standard §3.2.2). One that does is verified like any request. */
import type { NodeRequest } from './request-facts-of.ts';

/** Whether this is a real preflight. */
export function isPreflight({ method, headers }: NodeRequest): boolean {
  const real = headers.origin !== undefined && headers['access-control-request-method'] !== undefined;
  return method === 'OPTIONS' && real && headers.authorization === undefined;
}
