/**
 * A bounded memory of issuers that were refused, by digest and for a while: whoever invents issuers costs a few bytes
 * each, and the oldest are forgotten first.
 */
import { hash } from 'node:crypto';
import type { Refusal } from '../errors/outcome.ts';
import type { Clock } from '../runtime/clock.ts';

/** Remembers refusals. */
export interface RefusalMemory {
  /** The refusal of an issuer, while it counts. */
  find(issuer: string): Refusal | undefined;
  /** Remembers a refusal, and answers it. */
  remember(issuer: string, refusal: Refusal, milliseconds: number): Refusal;
}

const maximumRefusals = 10_000;

function digestOf(issuer: string): string {
  return hash('sha256', issuer, 'base64url');
}

/** Makes the memory. */
export function createRefusalMemory(clock: Clock): RefusalMemory {
  const refused = new Map<string, { readonly refusal: Refusal; readonly until: number }>();
  return {
    find: (issuer) => {
      const known = refused.get(digestOf(issuer));
      return known !== undefined && clock.monotonic() < known.until ? known.refusal : undefined;
    },
    remember: (issuer, refusal, milliseconds) => {
      const digest = digestOf(issuer);
      refused.delete(digest);
      refused.set(digest, { refusal, until: clock.monotonic() + milliseconds });
      const [eldest] = refused.size > maximumRefusals ? refused.keys() : [];
      if (eldest !== undefined) refused.delete(eldest);
      return refusal;
    },
  };
}
