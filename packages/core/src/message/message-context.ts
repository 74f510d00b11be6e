/**
 * What a seal says: who produced the message, for whom, for where, until when, and which bytes. A JWT claims set (RFC
 * 7519) with the member `msg`. The token of a user is never in it: a queued token would outlive its audience, and every
 * consumer and operator of the broker could use it.
 */
import { accept, refuse, type Outcome } from '../errors/outcome.ts';
import type { Subject } from '../identity/caller.ts';
import { parseActors } from '../identity/delegation.ts';
import { parseScopes, type ScopeSet } from '../identity/scope-set.ts';
import type { JsonObject, JsonValue } from '../signature/strict-json.ts';

/** The `typ` of a seal. */
export const sealType = 'countersign-msgctx+jwt';

/** Which part of a message is sealed: all its bytes, or what a framework carries as `data` of its packets. */
export type SealedPart = 'whole' | 'data';

/** What is sealed of a message. Digests are `sha-256:` and base64url. */
export interface SealedMessageClaims {
  readonly digest: string;
  readonly destination: string;
  readonly part: SealedPart;
  readonly contentType: string | undefined;
  readonly eventType: string | undefined;
  readonly key: string | undefined;
  readonly attributes: string | undefined;
}

/** The claims of a seal. Times in epoch seconds. */
export interface MessageContext {
  readonly producer: string;
  readonly subject: Subject | undefined;
  /** Outermost first: the producer, when there is a subject. */
  readonly actors: readonly string[];
  readonly audience: readonly string[];
  readonly issuedAt: number;
  readonly expiresAt: number;
  readonly id: string;
  readonly tenant: string | undefined;
  readonly scopes: ScopeSet;
  readonly traceparent: string | undefined;
  readonly message: SealedMessageClaims;
}

/** Most audiences of a seal. */
export const maximumAudiences = 8;
/** Longest id of a message, in characters. */
export const maximumIdLength = 256;

const digestForm = /^sha-256:[A-Za-z0-9_-]{43}$/;

/** Whether a text is the id of a message: visible ASCII, bounded. */
export function isMessageId(value: unknown): value is string {
  return typeof value === 'string' && value.length <= maximumIdLength && /^[\x21-\x7e]+$/.test(value);
}

function malformed(claim: string, expected: string): Outcome<never> {
  return refuse('MESSAGE_SEAL_MALFORMED', claim, { expected });
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

function isOptionalText(value: unknown): value is string | undefined {
  return value === undefined || isText(value);
}

function isOptionalDigest(value: unknown): value is string | undefined {
  return value === undefined || (typeof value === 'string' && digestForm.test(value));
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function readAudience(aud: JsonValue | undefined): readonly string[] | undefined {
  const list: unknown = typeof aud === 'string' ? [aud] : aud;
  if (!Array.isArray(list) || list.length === 0 || list.length > maximumAudiences) return undefined;
  return list.every(isText) ? Object.freeze([...list]) : undefined;
}

/** The subject: `sub`, and `sub_id` of the format `iss_sub` (RFC 9493 §3.2.3), which says who vouches for the name. */
function readSubject({ sub, sub_id: subjectId }: JsonObject): Outcome<Subject | undefined> {
  if (sub === undefined && subjectId === undefined) return accept(undefined);
  if (!isText(sub) || !isObject(subjectId)) return malformed('sub', 'sub and sub_id');
  const { format, iss, sub: id } = subjectId;
  if (format !== 'iss_sub' || !isText(iss) || id !== sub)
    return malformed('sub_id', 'format iss_sub, and the same sub');
  return accept(Object.freeze({ issuer: iss, id: sub }));
}

function readMessage(msg: JsonValue | undefined): Outcome<SealedMessageClaims> {
  if (!isObject(msg)) return malformed('msg', 'an object');
  const { dig, dst, ct, typ, key, att, part = 'whole' } = msg;
  if (typeof dig !== 'string' || !digestForm.test(dig)) return malformed('msg.dig', 'sha-256 of the payload');
  if (!isText(dst)) return malformed('msg.dst', 'a destination');
  if (part !== 'whole' && part !== 'data') return malformed('msg.part', 'whole or data');
  if (!isOptionalText(ct) || !isOptionalText(typ)) return malformed('msg', 'ct and typ as texts');
  if (!isOptionalDigest(key) || !isOptionalDigest(att)) return malformed('msg', 'key and att as digests');
  return accept({ digest: dig, destination: dst, part, contentType: ct, eventType: typ, key, attributes: att });
}

/** Reads the claims of a seal. Never throws. */
export function readMessageContext(claims: JsonObject): Outcome<MessageContext> {
  const { iss, aud, iat, exp, jti, tenant, scope, trace } = claims;
  if (!isText(iss)) return malformed('iss', 'the id of a workload');
  const audience = readAudience(aud);
  if (audience === undefined) return malformed('aud', `1 to ${maximumAudiences} texts`);
  if (!Number.isSafeInteger(iat) || !Number.isSafeInteger(exp)) return malformed('iat', 'iat and exp in whole seconds');
  if (!isMessageId(jti)) return malformed('jti', `1 to ${maximumIdLength} visible characters`);
  if (!isOptionalText(tenant) || !isOptionalText(trace)) return malformed('tenant', 'tenant and trace as texts');
  const scopes = scope === undefined || typeof scope === 'string' ? parseScopes(scope ?? '') : undefined;
  if (scopes === undefined) return malformed('scope', 'scopes, separated by spaces');
  const subject = readSubject(claims);
  if (!subject.ok) return subject;
  const actors = parseActors(claims['act']);
  if (!actors.ok) return actors;
  // With a subject the producer acts for it, and says so; without one there is nobody to act for (RFC 8693 §4.1).
  if (actors.value[0] !== (subject.value === undefined ? undefined : iss)) {
    return malformed('act', 'the producer as the outermost actor, exactly when there is a subject');
  }
  const message = readMessage(claims['msg']);
  if (!message.ok) return message;
  return accept({
    producer: iss,
    subject: subject.value,
    actors: actors.value,
    audience,
    issuedAt: iat as number,
    expiresAt: exp as number,
    id: jti,
    tenant,
    scopes,
    traceparent: trace,
    message: message.value,
  });
}
