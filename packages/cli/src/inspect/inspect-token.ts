/** Inspects a token: shows header and claims, lists every objection, and verifies when told what is trusted. */
import type { Clock, JsonObject } from '@countersign/core';
import { shownJson, type BlockLine } from '../output.ts';
import type { DecodedToken, JsonMembers } from './decoded-token.ts';
import { findingOf, mergeFindings, type Inspection, type Part, type Verification } from './inspection.ts';
import { tokenJudge } from './token-judge.ts';
import { objectionsTo } from './token-objections.ts';

/** What the user trusts. */
export interface TokenTrust {
  readonly issuer: string;
  readonly audience: string;
  readonly jwks: { readonly keys: readonly object[] };
  readonly certificate: string | undefined;
}

/** A token to inspect. */
export interface TokenInspection {
  readonly text: string;
  readonly decoded: DecodedToken;
  readonly trust: TokenTrust | undefined;
  readonly clock: Clock;
}

const warning = 'Anybody can write a token like this one. What follows is what it says, not what is true.';
const how = 'to verify: --jwks FILE --issuer URL --audience TEXT';
const times: ReadonlySet<string> = new Set(['exp', 'iat', 'nbf', 'auth_time']);
// Members a sender may fill with keys of its own (RFC 7515 §4.1.2 to §4.1.6).
const keyMembers = ['jwk', 'jku', 'x5c', 'x5u'];

function distance(seconds: number): string {
  const size = Math.abs(seconds);
  const text =
    size < 120
      ? `${Math.round(size)} s`
      : size < 7200
        ? `${Math.round(size / 60)} min`
        : `${Math.round(size / 3600)} h`;
  return seconds < 0 ? `${text} ago` : `in ${text}`;
}

function lineOf(name: string, value: unknown, now: number): BlockLine {
  const isTime = times.has(name) && typeof value === 'number' && Math.abs(value) < 1e11;
  if (!isTime) return [name, shownJson(value)];
  return [name, shownJson(value), `${new Date(value * 1000).toISOString()}, ${distance(value - now / 1000)}`];
}

function partOf(title: string, members: JsonMembers, now: number): Part {
  return { title, data: members, lines: Object.entries(members).map(([name, value]) => lineOf(name, value, now)) };
}

function notesOn({ header, claims }: DecodedToken, complete: boolean): string[] {
  const notes: string[] = [];
  const carried = keyMembers.filter((name) => Object.hasOwn(header, name));
  if (carried.length > 0)
    notes.push(`The header carries ${carried.join(', ')}: a verifier must never take a key from there.`);
  const confirmation = (claims?.['cnf'] ?? {}) as JsonObject;
  if (typeof confirmation === 'object' && typeof confirmation['x5t#S256'] === 'string') {
    notes.push(
      'The token is bound to a client certificate (x5t#S256): whether it fits is judged on the connection, or with --certificate FILE.',
    );
  }
  if (!complete) notes.push('Not everything could be judged: mend what is listed, and inspect again.');
  return notes;
}

/**
 * Inspects.
 * @throws {ConfigurationError} when what the user trusts is refused.
 */
export async function inspectToken({ text, decoded, trust, clock }: TokenInspection): Promise<Inspection> {
  const { header, claims, signatureLength } = decoded;
  const now = clock.now();
  const parts = [partOf('Header', header, now)];
  if (claims !== undefined) parts.push(partOf('Claims', claims, now));
  parts.push({
    title: 'Signature',
    data: { bytes: signatureLength },
    lines: [['', signatureLength === 0 ? 'none' : `${signatureLength} bytes, not shown`]],
  });
  const { issuer, audience, certificate } = trust ?? {};
  const { findings, complete } = await objectionsTo(text, decoded, { issuer, audience, certificate, clock });
  const notes = notesOn(decoded, complete);
  const unverified: Verification = { status: 'not-verified', warning, how };
  if (trust === undefined) return { kind: 'token', verification: unverified, parts, findings, notes };
  const outcome = await tokenJudge({ ...trust, clock })(text);
  if (!outcome.ok) {
    const refusal = findingOf('token', outcome);
    const verification: Verification = { status: 'refused', reason: refusal.reason, check: refusal.check };
    return { kind: 'token', verification, parts, findings: mergeFindings([refusal], findings), notes };
  }
  const { workload, subject, actors, scopes, assurance } = outcome.value;
  const as = {
    caller: workload,
    ...(subject !== undefined && { subject: subject.id }),
    ...(actors.length > 0 && { actors }),
    scopes: [...scopes],
    assurance,
  };
  return { kind: 'token', verification: { status: 'verified', as }, parts, findings, notes };
}
