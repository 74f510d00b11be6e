/**
 * The chain of actors of a token (RFC 8693 §4.1): who acts for the subject, outermost first. Only the outermost is
 * the caller; the inner ones are history. The chain is bounded, and one that is not well formed refuses the token.
 */
import { accept, refuse, type Outcome } from '../errors/outcome.ts';

/** Longest chain. */
export const maximumActors = 8;

const none = accept<readonly string[]>(Object.freeze([]));

/** Reads an `act` claim. Answers an empty chain when there is none. */
export function parseActors(act: unknown): Outcome<readonly string[]> {
  if (act === undefined) return none;
  const actors: string[] = [];
  for (let level: unknown = act; level !== undefined;) {
    if (typeof level !== 'object' || level === null || Array.isArray(level)) return malformed('an object');
    if (actors.length >= maximumActors) return malformed(`at most ${maximumActors} actors`);
    const { sub, act: inner } = level as { readonly sub?: unknown; readonly act?: unknown };
    if (typeof sub !== 'string' || sub === '') return malformed('a sub in every actor');
    actors.push(sub);
    level = inner;
  }
  return accept(Object.freeze(actors));
}

function malformed(expected: string): Outcome<never> {
  return refuse('ACTOR_CHAIN_TOO_LONG', 'act', { expected });
}
