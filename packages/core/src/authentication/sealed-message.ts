/**
 * Sealed messages as credentials: the producer is the caller, and the subject is the one that the producer vouches for.
 * Checked when the message is processed. A message that was handled is refused; one that was begun and not handled may
 * come again.
 */
import { checkSeconds } from '../errors/check-seconds.ts';
import { FaultCollector } from '../errors/configuration-error.ts';
import { accept, refuse, type Accepted } from '../errors/outcome.ts';
import { whenKnown } from '../errors/when-known.ts';
import type { VerifiedIdentity } from '../identity/caller.ts';
import type { SealedMessageEvidence } from '../identity/evidence.ts';
import { beginWork, keepWork, type BegunWork } from '../message/message-work.ts';
import { openSeal, type OpenedMessage } from '../message/open-seal.ts';
import { checkOpening, openingOptions, type OpeningOptions } from '../message/opening-options.ts';
import type { MessageLedger } from '../store/message-ledger.ts';
import { createTellOutage } from '../store/store-outage.ts';
import type { Authenticator } from './authenticator.ts';

/** Options of `sealedMessage`. */
export interface SealedMessageOptions extends OpeningOptions {
  /** Remembers which messages were handled; shared by all replicas. */
  readonly ledger: MessageLedger;
  /**
   * For so long nobody else begins a message, in whole seconds: longer than a handler takes. Default 60, at most 3600.
   * A consumer that dies keeps its message this long.
   */
  readonly leaseSeconds?: number;
}

const longestLeaseSeconds = 3600;
const ledgerMethods = ['begin', 'complete', 'release'] as const;

function isLedger(ledger: Partial<MessageLedger> | undefined): boolean {
  return ledgerMethods.every((name) => typeof ledger?.[name] === 'function');
}

const unsupported = refuse('CREDENTIAL_UNSUPPORTED', 'kind');

function trustDomainOf(producer: string): string {
  return producer.startsWith('spiffe://') ? (producer.slice('spiffe://'.length).split('/')[0] ?? producer) : producer;
}

/** What an opened message proves. The signature is by a key of the producer, so its proof is no bearer token. */
function identityOf(opened: OpenedMessage, work: BegunWork, toleranceSeconds: number): Accepted<VerifiedIdentity> {
  const { producer, subject, tenant, traceparent, message } = opened;
  const evidence = Object.freeze<SealedMessageEvidence>({
    kind: 'sealed-message',
    workload: producer,
    messageId: opened.id,
    destination: message.destination,
    digest: message.digest,
    audience: opened.audience,
    algorithm: opened.algorithm,
    keyId: opened.keyId,
    issuedAt: opened.issuedAt * 1000,
    expiresAt: opened.expiresAt * 1000,
    redelivered: work.redelivered,
    ...(traceparent !== undefined && { traceparent }),
  });
  keepWork(evidence, work);
  return accept(
    Object.freeze<VerifiedIdentity>({
      workload: producer,
      trustDomain: trustDomainOf(producer),
      ...(subject !== undefined && { subject }),
      actors: opened.actors,
      scopes: opened.scopes,
      roles: Object.freeze([]),
      ...(tenant !== undefined && { tenant }),
      evidence,
      // Within the tolerance the seal still stands, so the caller does too.
      expiresAt: (opened.expiresAt + toleranceSeconds) * 1000,
      assurance: 'high',
    }),
  );
}

/**
 * Accepts sealed messages.
 * @throws {ConfigurationError} with every fault of the options.
 */
export function sealedMessage(options: SealedMessageOptions): Authenticator {
  const faults = new FaultCollector('sealedMessage');
  if (typeof options !== 'object' || options === null) {
    faults.add('CONFIG_MISSING', 'options', 'are not an object', 'pass { producers, ledger }');
    faults.throwIfAny();
  }
  faults.onlyKnown(options, [...openingOptions, 'ledger', 'leaseSeconds']);
  const { ledger, leaseSeconds = 60 } = options;
  if (!isLedger(ledger)) {
    const fix = 'pass createMemoryMessageLedger(), or createRedisMessageLedger of @countersign/redis for replicas';
    faults.add('CONFIG_MISSING', 'ledger', 'is not a ledger', fix);
  }
  checkSeconds(faults, 'leaseSeconds', { value: leaseSeconds, least: 1, most: longestLeaseSeconds, whole: true });
  const checked = checkOpening(faults, options, []);
  faults.throwIfAny();
  const { clockToleranceSeconds, producers } = checked;
  return Object.freeze<Authenticator>({
    name: 'sealed-message',
    credentials: ['sealed-message'],
    waivers: {},
    bind: ({ clock, notify, service, audience }) => {
      const record = { ...checked, audience: new Set([service, ...audience]) };
      const tellOutage = createTellOutage('message ledger', { clock, notify });
      const settings = { ledger, service, leaseSeconds, clockToleranceSeconds, tellOutage };
      return {
        authenticate: (credential, { message }) => {
          if (credential.kind !== 'sealed-message' || message === undefined) return unsupported;
          const now = clock.now();
          return whenKnown(openSeal(record, { seal: credential.seal.expose(), message, now }), (opened) => {
            if (!opened.ok) return opened;
            return whenKnown(beginWork(settings, opened.value, now), (work) =>
              work.ok ? identityOf(opened.value, work.value, clockToleranceSeconds) : work,
            );
          });
        },
        ready: async () => {
          await Promise.all([ledger.ready?.(), ...producers.map(async ({ keys }) => keys.ready?.())]);
        },
        close: async () => {
          await Promise.all(producers.map(async ({ keys }) => keys.close?.()));
        },
      };
    },
  });
}
