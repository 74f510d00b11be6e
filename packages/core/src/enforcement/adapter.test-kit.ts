/** Pieces for tests of adapters: a service that believes three tokens, and checks that break. */
import { setTimeout as wait } from 'node:timers/promises';
import { memorySink, type MemorySink } from '../audit/memory-sink.ts';
import { accept, refuse } from '../errors/outcome.ts';
import type { Clock } from '../runtime/clock.ts';
import { createServiceAuth } from './create-service-auth.ts';
import type { ServiceAuthOptions } from './options.ts';
import { fakeTokens, standingClock, startOfTest, tokenEvidence, tokenIdentity } from './pipeline.test-kit.ts';
import type { ServiceAuth } from './service-auth.ts';

const scopesOf: Readonly<Record<string, readonly string[]>> = {
  orders: ['inventory:read'],
  billing: ['billing:write'],
  'slow-orders': ['inventory:read'],
};

/** Believes tokens named after a workload, for a minute; `slow-…` takes a while, as a remote check does. */
export const namedTokens = fakeTokens(async (name) => {
  const scopes = scopesOf[name];
  if (scopes === undefined) return refuse('TOKEN_SIGNATURE_INVALID', 'signature');
  if (name.startsWith('slow-')) await wait(5);
  const workload = `spiffe://prod.test/${name}`;
  const expiresAt = startOfTest + 60_000;
  const evidence = { ...tokenEvidence, workload, clientId: name, expiresAt };
  return accept(tokenIdentity({ workload, trustDomain: 'prod.test', scopes: new Set(scopes), evidence, expiresAt }));
});

/** A service with its events, and a clock to move. */
export interface World {
  readonly auth: ServiceAuth;
  readonly events: MemorySink['events'];
  readonly clock: Clock & { at: number };
}

export function world(options: Partial<ServiceAuthOptions> = {}): World {
  const audit = memorySink();
  const clock = standingClock();
  const auth = createServiceAuth({
    service: 'spiffe://prod.test/inventory',
    audience: 'https://inventory.test',
    accept: [namedTokens],
    audit,
    clock,
    ...options,
  });
  return { auth, events: audit.events, clock };
}

/** Checks that break, each in its own way: none of them may become a pass. */
export const brokenChecks: readonly (readonly [string, ServiceAuth['check']])[] = [
  ['rejects', () => Promise.reject(new Error('broken'))],
  [
    'throws',
    () => {
      throw new Error('broken');
    },
  ],
  ['answers rubbish', () => Promise.resolve(undefined as never)],
];
