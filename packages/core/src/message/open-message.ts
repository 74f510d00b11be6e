/**
 * Opens one sealed message, by itself: for tools, and for consumers that keep their own account of what they handled. It
 * knows no ledger, so it cannot see a replay. A service uses `sealedMessage` instead.
 */
import type { MessageFacts } from '../credential/message-facts.ts';
import { FaultCollector } from '../errors/configuration-error.ts';
import { judgeSafely } from '../errors/judge-safely.ts';
import { accept, refuse, type MaybePromise, type Outcome } from '../errors/outcome.ts';
import { systemClock } from '../runtime/clock.ts';
import { openSeal, type OpenedMessage, type OpeningRecord } from './open-seal.ts';
import { checkOpening, openingOptions, type OpeningOptions } from './opening-options.ts';

/** What a message is held against. */
export interface MessageExpectations extends OpeningOptions {
  /** Who this service is to seals, besides the destination: its id and audiences. */
  readonly audience: readonly string[];
  /** The time of processing, in epoch milliseconds. Default: now. */
  readonly now?: number;
}

function recordOf(expectations: MessageExpectations): OpeningRecord {
  const faults = new FaultCollector('openMessage');
  faults.onlyKnown(expectations, [...openingOptions, 'audience', 'now']);
  const { audience, now = 0 } = expectations;
  if (!Array.isArray(audience) || audience.some((one) => typeof one !== 'string')) {
    faults.add('CONFIG_MISSING', 'audience', 'is no list of texts', 'write the id of this service, and its audiences');
  }
  if (!Number.isFinite(now)) faults.add('CONFIG_INVALID', 'now', 'is no instant', 'write epoch milliseconds');
  const record = checkOpening(faults, expectations, Array.isArray(audience) ? audience : []);
  faults.throwIfAny();
  return record;
}

/** Opens. Never throws and never rejects: wrong expectations, and sources that throw, are refusals. */
export async function openMessage(
  message: MessageFacts,
  expectations: MessageExpectations,
): Promise<Outcome<OpenedMessage>> {
  const record = judgeSafely(() => accept(recordOf(expectations)));
  if (!record.ok) return record;
  const opened = judgeSafely((): Outcome<MaybePromise<Outcome<OpenedMessage>>> => {
    const [seal, ...more] = message.seals;
    if (seal === undefined) return refuse('CREDENTIAL_MISSING', 'message.seal', { expected: 'one seal' });
    if (more.length > 0) return refuse('CREDENTIAL_MULTIPLE', 'message.seal', { expected: 'one seal' });
    return accept(openSeal(record.value, { seal, message, now: expectations.now ?? systemClock.now() }));
  });
  if (!opened.ok) return opened;
  try {
    return await opened.value;
  } catch {
    return refuse('INTERNAL_FAULT', 'producers.keys', { expected: 'a source that answers' });
  }
}
