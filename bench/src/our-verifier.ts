/** Countersign as a service uses it: `accessToken`, with every check, from the text of the credential to an identity. */
import {
  accessToken,
  createMemoryRevocationStore,
  Secret,
  systemClock,
  type AccessTokenOptions,
  type BoundAuthenticator,
  type Outcome,
  type RequestFacts,
  type Runtime,
} from '@countersign/core';
import type { Verify } from './limits.ts';
import { audience, issuer, type TokenSet } from './token-set.ts';

/** What the outside world is to a benchmark. */
export function benchRuntime(changes: Partial<Runtime> = {}): Runtime {
  return {
    clock: systemClock,
    fetch: () => Promise.reject(new Error('this benchmark asks nobody')),
    notify: () => {},
    service: 'spiffe://bench.internal/inventory',
    audience: [audience],
    ...changes,
  };
}

const facts: RequestFacts = { transport: 'http', method: 'GET', target: '/', header: () => [], requestId: 'bench' };

/** Countersign returns refusals. One error per reason, so that the stack that a table asks for is not measured. */
const errors = new Map<string, Error>();

function errorOf(reason: string): Error {
  const known = errors.get(reason) ?? new Error(reason);
  errors.set(reason, known);
  return known;
}

/** Judges with a bound authenticator: throws, or rejects, when the token is refused. */
export function verifyWith(authenticator: BoundAuthenticator): Verify {
  const conclude = (outcome: Outcome<unknown>): unknown => {
    if (!outcome.ok) throw errorOf(outcome.reason);
    return outcome.value;
  };
  return (token) => {
    const judged = authenticator.authenticate({ kind: 'bearer-token', token: new Secret(token) }, facts);
    return judged instanceof Promise ? judged.then(conclude) : conclude(judged);
  };
}

/** A store with a thousand revocations, none of which names a token of the benchmark. */
function otherRevocations() {
  const store = createMemoryRevocationStore();
  for (let index = 0; index < 1_000; index += 1) {
    store.revoke({ kind: 'jti', issuer, value: `revoked-${index}` }, 3_600_000);
  }
  return store;
}

/** With its own memory or without, and with revocation or without. */
export async function ourVerifier(
  { jwk }: TokenSet,
  { cache, revocation = false }: { readonly cache: AccessTokenOptions['cache']; readonly revocation?: boolean },
): Promise<Verify> {
  const authenticator = accessToken({
    issuer,
    jwks: { keys: [jwk] },
    ...(cache !== undefined && { cache }),
    ...(revocation && { revocation: otherRevocations() }),
  }).bind(benchRuntime());
  await authenticator.ready?.();
  return verifyWith(authenticator);
}
