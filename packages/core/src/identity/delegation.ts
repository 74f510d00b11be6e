/**
 * Delegation in a token. `act` (RFC 8693 §4.1) is the chain of those who act for the subject, outermost first: only the
 * outermost is the caller, the inner ones are history. `may_act` (§4.4) names who may come next. Both are bounded, and
 * one that is not well formed refuses the token.
 */
import { accept, refuse, type Outcome } from '../errors/outcome.ts';

/** Longest chain of actors that is accepted. */
export const maximumActors = 8;
/** Longest name of one actor: that of a workload id. */
const maximumName = 2_048;

/** Who may act with a token: all that is named here must be true of the actor. What else may be named is not read. At least one of `subject` and `clientId`. */
export interface MayAct {
  readonly subject?: string;
  /** Who vouches for the subject. */
  readonly issuer?: string;
  readonly clientId?: string;
}

const none = accept<readonly string[]>(Object.freeze([]));
const nobody = accept(undefined);

/** Reads an `act` claim. Answers an empty chain when there is none. */
export function parseActors(act: unknown): Outcome<readonly string[]> {
  if (act === undefined) return none;
  const actors: string[] = [];
  for (let level: unknown = act; level !== undefined;) {
    if (typeof level !== 'object' || level === null || Array.isArray(level)) return malformed('an object');
    if (actors.length >= maximumActors) return malformed(`at most ${maximumActors} actors`);
    const { sub, act: inner } = level as { readonly sub?: unknown; readonly act?: unknown };
    if (!isName(sub)) return malformed(`a sub of at most ${maximumName} characters in every actor`);
    actors.push(sub);
    level = inner;
  }
  return accept(Object.freeze(actors));
}

/** Reads a `may_act` claim. Answers `undefined` when there is none. */
export function parseMayAct(claim: unknown): Outcome<MayAct | undefined> {
  if (claim === undefined) return nobody;
  if (typeof claim !== 'object' || claim === null || Array.isArray(claim)) return malformed('an object', 'may_act');
  const { sub, iss, client_id: clientId } = claim as Readonly<Record<string, unknown>>;
  if (sub === undefined && clientId === undefined) return malformed('a sub or a client_id', 'may_act');
  if (![sub, iss, clientId].every((name) => name === undefined || isName(name))) return malformed('texts', 'may_act');
  return accept(
    Object.freeze({
      ...(sub !== undefined && { subject: sub as string }),
      ...(iss !== undefined && { issuer: iss as string }),
      ...(clientId !== undefined && { clientId: clientId as string }),
    }),
  );
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= maximumName;
}

function malformed(expected: string, check = 'act'): Outcome<never> {
  return refuse('ACTOR_CHAIN_TOO_LONG', check, { expected });
}
