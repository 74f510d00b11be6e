/**
 * Seals a message: a compact JWS (RFC 7515 §7.1) that binds the producer, and the subject when the message is for one, to
 * the bytes, the destination, an id and an end. It goes beside the payload as a header. The token of the caller does not.
 */
import type { Caller } from '../identity/caller.ts';
import { maximumActors } from '../identity/delegation.ts';
import type { ScopeSet } from '../identity/scope-set.ts';
import { systemClock } from '../runtime/clock.ts';
import { uuidv7 } from '../runtime/random-id.ts';
import { maximumTokenLength } from '../signature/jws.ts';
import { signJws } from '../signature/sign-jws.ts';
import { sealType } from './message-context.ts';
import { messageDigest } from './message-digest.ts';
import { SealFault } from './seal-fault.ts';
import { checkSealingOptions, type OutgoingMessage, type SealingOptions } from './sealing-options.ts';

/** Name of the header that carries a seal: NATS, AMQP, Kafka, user properties of MQTT, metadata of NestJS packets. */
export const sealHeader = 'countersign-context';

/** A seal, ready to be sent. */
export interface SealedMessage {
  /** Id of the message (`jti`). */
  readonly id: string;
  /** The compact JWS. */
  readonly seal: string;
  /** The same as a record of headers. */
  readonly headers: Readonly<Record<typeof sealHeader, string>>;
}

const defaultLifetimeSeconds = 900;

interface Authority {
  readonly sub?: string;
  readonly sub_id?: { readonly format: 'iss_sub'; readonly iss: string; readonly sub: string };
  readonly act?: object;
  readonly tenant?: string;
}

/** Outermost first: this producer, then whoever acted before it. A caller that no `act` names is an actor from here on. */
function chainOf(producer: string, { id, actors }: Caller): object {
  const chain = [producer, ...(actors.length > 0 ? actors : [id])];
  if (chain.length > maximumActors) throw new SealFault('ACTORS_TOO_MANY');
  return chain.reduceRight<object>((act, sub) => ({ sub, ...('sub' in act && { act }) }), {});
}

/** For whom the message is. */
function authorityOf(options: SealingOptions, scopes: ScopeSet, now: number): Authority {
  const { onBehalfOf: caller, producer, tenant } = options;
  if (caller === undefined) return tenant === undefined ? {} : { tenant };
  if (!(now < caller.expiresAt)) throw new SealFault('CALLER_EXPIRED');
  const { subject } = caller;
  if (subject === undefined) throw new SealFault('SUBJECT_MISSING');
  if ([...scopes].some((scope) => !caller.scopes.has(scope))) throw new SealFault('SCOPE_WIDENED');
  if (tenant !== undefined && tenant !== caller.tenant) throw new SealFault('TENANT_CHANGED');
  return {
    sub: subject.id,
    sub_id: { format: 'iss_sub', iss: subject.issuer, sub: subject.id },
    act: chainOf(producer, caller),
    ...(caller.tenant !== undefined && { tenant: caller.tenant }),
  };
}

function describe(message: OutgoingMessage): object {
  const { payload, destination, key, contentType, eventType, attributes, part } = message;
  return {
    dig: messageDigest(payload),
    dst: destination,
    ...(contentType !== undefined && { ct: contentType }),
    ...(eventType !== undefined && { typ: eventType }),
    ...(key !== undefined && { key: messageDigest(key) }),
    ...(attributes !== undefined && { att: messageDigest(attributes) }),
    ...(part === 'data' && { part }),
  };
}

/**
 * Seals. Send `headers` with the message, and exactly the bytes that were sealed.
 * @throws {ConfigurationError} with every fault of what it is given.
 * @throws {SealFault} when there is no key, or the caller cannot be spoken for like this.
 */
export function sealMessage(message: OutgoingMessage, options: SealingOptions): SealedMessage {
  const scopes = checkSealingOptions(message, options);
  const { producer, keys, audience, lifetimeSeconds = defaultLifetimeSeconds, traceparent } = options;
  const now = (options.clock ?? systemClock).now();
  const authority = authorityOf(options, scopes, now);
  const signing = keys.find();
  if (signing === undefined) throw new SealFault('SIGNING_KEY_UNAVAILABLE');
  const id = options.id ?? uuidv7(now);
  const iat = Math.floor(now / 1000);
  const claims = {
    iss: producer,
    ...authority,
    aud: audience ?? message.destination,
    iat,
    exp: iat + lifetimeSeconds,
    jti: id,
    ...(scopes.size > 0 && { scope: [...scopes].join(' ') }),
    ...(traceparent !== undefined && { trace: traceparent }),
    msg: describe(message),
  };
  const seal = signJws({ typ: sealType, kid: signing.keyId }, claims, signing.key);
  if (seal.length > maximumTokenLength) throw new SealFault('SEAL_TOO_LONG');
  return Object.freeze({ id, seal, headers: Object.freeze({ [sealHeader]: seal }) });
}
