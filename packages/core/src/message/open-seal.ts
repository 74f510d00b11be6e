/**
 * Opens a sealed message, in an order in which nothing is believed before it is proven: producer and key from the list of
 * this service, signature, destination, time of processing, bytes, what the producer may claim. Whether the message was
 * handled before is asked of the ledger, after all of this.
 */
import type { MessageFacts } from '../credential/message-facts.ts';
import { accept, refuse, type MaybePromise, type Outcome, type Refusal } from '../errors/outcome.ts';
import { whenKnown } from '../errors/when-known.ts';
import { isAlgorithm, type Algorithm } from '../signature/algorithms.ts';
import { parseJws, verifyJws, type ParsedJws } from '../signature/jws.ts';
import type { VerificationKey } from '../signature/verification-key.ts';
import { judgePayload } from './judge-payload.ts';
import { readMessageContext, sealType, type MessageContext } from './message-context.ts';
import { isGranted, type ProducerRecord } from './trusted-producer.ts';

/** A message that is what its producer sealed. */
export interface OpenedMessage extends MessageContext {
  readonly algorithm: Algorithm;
  readonly keyId: string;
}

/** How seals are judged. */
export interface OpeningRecord {
  readonly producers: readonly ProducerRecord[];
  /** Who this service is to seals, besides the destination. */
  readonly audience: ReadonlySet<string>;
  readonly maximumLifetimeSeconds: number;
  readonly clockToleranceSeconds: number;
}

/** A message, and the instant of its processing in epoch milliseconds. */
export interface PresentedMessage {
  readonly seal: string;
  readonly message: MessageFacts;
  readonly now: number;
}

interface Selected {
  readonly jws: ParsedJws;
  readonly algorithm: Algorithm;
  readonly keyId: string;
  readonly producer: ProducerRecord;
  /** In epoch seconds. */
  readonly signedAt: number;
}

function malformed(check: string, expected: string): Refusal {
  return refuse('MESSAGE_SEAL_MALFORMED', check, { expected });
}

/** Takes the seal apart, and lets what it says select a producer of ours. Nothing of it is verified yet. */
function select({ producers }: OpeningRecord, seal: string): Outcome<Selected> {
  const parsed = parseJws(seal);
  if (!parsed.ok) return { ...parsed, reason: 'MESSAGE_SEAL_MALFORMED' };
  const { type, algorithm, keyId, payload } = parsed.value;
  // Exactly: other tokens of the same key must not pass for seals (RFC 8725 §3.11).
  if (type !== sealType) return malformed('typ', sealType);
  const { iss, iat } = payload;
  if (typeof iss !== 'string') return malformed('iss', 'the id of a workload');
  if (typeof iat !== 'number') return malformed('iat', 'whole seconds');
  const producer = producers.find(({ matches }) => matches(iss));
  if (producer === undefined) return refuse('MESSAGE_PRODUCER_UNKNOWN', 'iss', { actual: iss });
  if (!isAlgorithm(algorithm) || !producer.algorithms.has(algorithm)) {
    const expected = [...producer.algorithms].join(' ');
    return refuse('MESSAGE_SEAL_MALFORMED', 'alg', { expected, actual: algorithm });
  }
  if (keyId === undefined) return malformed('kid', 'the kid of a key of the producer');
  return accept({ jws: parsed.value, algorithm, keyId, producer, signedAt: iat });
}

function judgeTimes(record: OpeningRecord, { issuedAt, expiresAt }: MessageContext, now: number): Refusal | undefined {
  const { clockToleranceSeconds: tolerance, maximumLifetimeSeconds } = record;
  const seconds = now / 1000;
  const actual = `now ${new Date(now).toISOString()}`;
  const at = (instant: number): string => `${instant} in epoch seconds`;
  if (issuedAt - tolerance > seconds) {
    return refuse('MESSAGE_NOT_YET_VALID', 'iat', { expected: `not before ${at(issuedAt)}`, actual });
  }
  if (seconds >= expiresAt + tolerance) {
    return refuse('MESSAGE_EXPIRED', 'exp', { expected: `before ${at(expiresAt)}`, actual });
  }
  if (expiresAt - issuedAt > maximumLifetimeSeconds) {
    const found = { expected: `at most ${maximumLifetimeSeconds} s`, actual: `${expiresAt - issuedAt} s` };
    return refuse('MESSAGE_LIFETIME_TOO_LONG', 'exp', found);
  }
  return undefined;
}

function judgePlace(
  record: OpeningRecord,
  context: MessageContext,
  { destination }: MessageFacts,
): Refusal | undefined {
  const { message, audience } = context;
  if (!audience.some((one) => one === destination || record.audience.has(one))) {
    return refuse('MESSAGE_MISDIRECTED', 'aud', { expected: destination, actual: audience.join(' ') });
  }
  if (message.destination === destination) return undefined;
  return refuse('MESSAGE_MISDIRECTED', 'msg.dst', { expected: destination, actual: message.destination });
}

/** A producer vouches for nothing that this service did not grant it. */
function judgeClaims(producer: ProducerRecord, { subject, tenant, scopes }: MessageContext): Refusal | undefined {
  const beyond = [...scopes].find((scope) => !producer.scopes.has(scope));
  const { subjects, tenants } = producer;
  if (subject !== undefined && !isGranted(subjects, subject.issuer)) {
    const check = subjects === false ? 'sub' : 'sub_id.iss';
    return refuse('MESSAGE_CLAIM_NOT_ACCEPTED', check, { actual: subject.issuer });
  }
  if (tenant !== undefined && !isGranted(tenants, tenant)) {
    return refuse('MESSAGE_CLAIM_NOT_ACCEPTED', 'tenant', { actual: tenant });
  }
  if (beyond !== undefined) return refuse('MESSAGE_CLAIM_NOT_ACCEPTED', 'scope', { actual: beyond });
  return undefined;
}

function keyRefusal(refusal: Refusal): Refusal {
  const { reason, detail } = refusal;
  const isUnknown = reason === 'TOKEN_KEY_UNKNOWN' || reason === 'TOKEN_ALGORITHM_REFUSED';
  return isUnknown ? { ok: false, reason: 'MESSAGE_KEY_UNKNOWN', detail } : refusal;
}

/** Judges a seal and its message, all but the ledger. Rejects only where a source of keys does. */
export function openSeal(record: OpeningRecord, presented: PresentedMessage): MaybePromise<Outcome<OpenedMessage>> {
  const { seal, message, now } = presented;
  const selected = select(record, seal);
  if (!selected.ok) return selected;
  const { jws, algorithm, keyId, producer, signedAt } = selected.value;
  const conclude = (key: Outcome<VerificationKey>): Outcome<OpenedMessage> => {
    if (!key.ok) return keyRefusal(key);
    if (!verifyJws(jws, key.value, algorithm)) return refuse('MESSAGE_SIGNATURE_INVALID', 'signature');
    const context = readMessageContext(jws.payload);
    if (!context.ok) return context;
    const refusal =
      judgePlace(record, context.value, message) ??
      judgeTimes(record, context.value, now) ??
      judgePayload(context.value.message, message) ??
      judgeClaims(producer, context.value);
    return refusal ?? accept(Object.freeze({ ...context.value, algorithm, keyId }));
  };
  const found = producer.keys.find({ keyId, algorithm, signedAt });
  return whenKnown('ok' in found ? found : Promise.resolve(found), conclude);
}
