/** What `sealMessage` is given, checked: a message that is sealed wrongly is found out by a consumer, hours later. */
import { checkSeconds } from '../errors/check-seconds.ts';
import { FaultCollector } from '../errors/configuration-error.ts';
import type { Caller } from '../identity/caller.ts';
import { parseScopes, type ScopeSet } from '../identity/scope-set.ts';
import { isWorkloadId } from '../identity/workload-id.ts';
import type { Clock } from '../runtime/clock.ts';
import type { SigningKeys } from '../signature/signing-keys.ts';
import { isMessageId, maximumAudiences, maximumIdLength, type SealedPart } from './message-context.ts';

/** A message, as it is handed to the broker. */
export interface OutgoingMessage {
  /** The bytes that the broker gets. Not an object: whoever writes it as JSON may write other bytes than we would. */
  readonly payload: Uint8Array;
  /** Where the consumer finds it, with the broker's scheme: `nats:orders.placed`, `amqp:events/orders.placed`. */
  readonly destination: string;
  /** The key of the message, where the broker knows keys. */
  readonly key?: Uint8Array;
  /** Needed when the message tells its content type beside the payload. */
  readonly contentType?: string;
  /** Needed when the message tells its event type beside the payload. */
  readonly eventType?: string;
  /** Attributes beside the payload that consumers read, as one canonical text. See `cloudEventAttributes`. */
  readonly attributes?: string;
  /** `data` when a framework wraps the payload, as clients of NestJS do: then it is the text that is sent as data. */
  readonly part?: SealedPart;
}

/** Who seals, and for whom. */
export interface SealingOptions {
  /** The id of this service. */
  readonly producer: string;
  readonly keys: SigningKeys;
  /** Who may consume it: services, by id or audience. Default: whoever consumes the destination. */
  readonly audience?: string | readonly [string, ...string[]];
  /** For so long the message carries authority, in whole seconds: the longest it may wait. Default 900, at most 30 days. */
  readonly lifetimeSeconds?: number;
  /** The caller for whose subject the message is, such as `currentCaller()`. Never taken from the context by itself. */
  readonly onBehalfOf?: Caller;
  /** Scopes of the message. With `onBehalfOf` at most those of that caller. Default: none. */
  readonly scope?: string;
  /** Default: the tenant of `onBehalfOf`. */
  readonly tenant?: string;
  /** Id of the message, unique for this producer. Default: a new UUID. */
  readonly id?: string;
  /** `traceparent` of its production, see `formatTraceparent`. */
  readonly traceparent?: string;
  /** Default: the system clock. */
  readonly clock?: Pick<Clock, 'now'>;
}

const messageOptions = ['payload', 'destination', 'key', 'contentType', 'eventType', 'attributes', 'part'];
const sealingOptions = [
  'producer',
  'keys',
  'audience',
  'lifetimeSeconds',
  'onBehalfOf',
  'scope',
  'tenant',
  'id',
  'traceparent',
  'clock',
];
const longestLifetimeSeconds = 30 * 86_400;
const destinationForm = /^[a-z][a-z0-9+.-]*:[^\p{Cc}\p{Cs}]+$/u;

/** Whether a text is a destination: the scheme of a broker and a name. */
function isDestination(value: unknown): value is string {
  return typeof value === 'string' && value.length <= 1024 && destinationForm.test(value);
}

function checkText(faults: FaultCollector, option: string, value: unknown): void {
  if (value === undefined || (typeof value === 'string' && value !== '' && value.length <= 1024)) return;
  faults.add('CONFIG_INVALID', option, 'is not a text of 1 to 1024 characters', 'write the text, or leave it out');
}

function checkMessage(faults: FaultCollector, message: Partial<OutgoingMessage>): void {
  faults.onlyKnown(message, messageOptions);
  const { payload, destination, key, part } = message;
  const bytes = 'pass the bytes that the broker gets, e.g. Buffer.from(JSON.stringify(order))';
  if (!(payload instanceof Uint8Array)) faults.add('CONFIG_INVALID', 'payload', 'is not bytes', bytes);
  if (key !== undefined && !(key instanceof Uint8Array)) faults.add('CONFIG_INVALID', 'key', 'is not bytes', bytes);
  if (!isDestination(destination)) {
    faults.add('CONFIG_INVALID', 'destination', 'is not a destination', 'write e.g. "nats:orders.placed"');
  }
  if (part !== undefined && part !== 'whole' && part !== 'data') {
    faults.add('CONFIG_INVALID', 'part', 'is not a part', 'write "whole" or "data"');
  }
  for (const name of ['contentType', 'eventType'] as const) checkText(faults, name, message[name]);
  const { attributes } = message;
  if (attributes !== undefined && typeof attributes !== 'string') {
    faults.add('CONFIG_INVALID', 'attributes', 'is not a text', 'pass cloudEventAttributes(event)');
  }
}

function checkTimes(faults: FaultCollector, { lifetimeSeconds = 1, clock }: Partial<SealingOptions>): void {
  const lifetime = { value: lifetimeSeconds, least: 1, most: longestLifetimeSeconds, whole: true };
  checkSeconds(faults, 'lifetimeSeconds', lifetime);
  if (clock !== undefined && typeof clock?.now !== 'function') {
    faults.add('CONFIG_INVALID', 'clock', 'is not a clock', 'pass { now: () => milliseconds }');
  }
}

function checkSealing(faults: FaultCollector, sealing: Partial<SealingOptions>): ScopeSet {
  faults.onlyKnown(sealing, sealingOptions);
  const { producer, keys, audience, scope = '', id } = sealing;
  if (typeof producer !== 'string' || !isWorkloadId(producer)) {
    faults.add('CONFIG_INVALID', 'producer', 'is not a workload id', 'write e.g. "spiffe://prod.example/orders"');
  }
  if (typeof keys?.find !== 'function' || Array.isArray(keys)) {
    faults.add('CONFIG_MISSING', 'keys', 'supplies no keys', 'pass the signing keys of this service');
  }
  const audiences: readonly unknown[] = Array.isArray(audience) ? audience : [audience ?? 'any'];
  const isFitting = audiences.length >= 1 && audiences.length <= maximumAudiences;
  if (!isFitting || audiences.some((one) => typeof one !== 'string' || one === '')) {
    faults.add('CONFIG_INVALID', 'audience', 'names no audience', `write 1 to ${maximumAudiences} texts`);
  }
  if ('onBehalfOf' in sealing && (typeof sealing.onBehalfOf !== 'object' || sealing.onBehalfOf === null)) {
    const fix = 'pass currentCaller(), or leave the option out to seal as this service itself';
    faults.add('CONFIG_MISSING', 'onBehalfOf', 'is no caller', fix);
  }
  if (id !== undefined && !isMessageId(id)) {
    faults.add('CONFIG_INVALID', 'id', 'is not an id', `write 1 to ${maximumIdLength} visible ASCII characters`);
  }
  for (const name of ['tenant', 'traceparent'] as const) checkText(faults, name, sealing[name]);
  checkTimes(faults, sealing);
  const scopes = typeof scope === 'string' ? parseScopes(scope) : undefined;
  if (scopes !== undefined) return scopes;
  faults.add('CONFIG_INVALID', 'scope', 'is not a list of scopes', 'write e.g. "orders:notify"');
  return new Set();
}

/**
 * Checks both, and answers the scopes.
 * @throws {ConfigurationError} with every fault.
 */
export function checkSealingOptions(message: OutgoingMessage, sealing: SealingOptions): ScopeSet {
  const faults = new FaultCollector('sealMessage');
  checkMessage(faults, message ?? {});
  const scopes = checkSealing(faults, sealing ?? {});
  faults.throwIfAny();
  return scopes;
}
