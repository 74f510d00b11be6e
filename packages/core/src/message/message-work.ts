/**
 * The work on an opened message: begun in the ledger before its handler runs, completed or released after. It hangs on
 * the evidence of its caller, so that whoever ran the handler can settle it, and nothing else of the caller changes.
 */
import { createHash, randomBytes } from 'node:crypto';
import { accept, refuse, type MaybePromise, type Outcome } from '../errors/outcome.ts';
import { whenKnown } from '../errors/when-known.ts';
import type { Caller } from '../identity/caller.ts';
import type { Evidence } from '../identity/evidence.ts';
import { askStore } from '../store/ask-store.ts';
import type { MessageAttempt, MessageLedger, MessagePast } from '../store/message-ledger.ts';
import type { TellOutage } from '../store/store-outage.ts';
import type { SealedMessageClaims } from './message-context.ts';
import { messageDigest } from './message-digest.ts';
import type { OpenedMessage } from './open-seal.ts';

/** How a message ended: handled, or to be begun again. */
export type WorkOutcome = 'done' | 'failed';

/** Thrown when the ledger did not note that a message was handled. Do not acknowledge the message then. */
export class MessageNotSettledError extends Error {
  override readonly name = 'MessageNotSettledError';

  constructor() {
    super('The ledger did not note that the message was handled. Let the broker deliver it again.');
  }
}

/** What beginning needs. */
export interface WorkSettings {
  readonly ledger: MessageLedger;
  /** The id of this service: another one may consume the same message. */
  readonly service: string;
  readonly leaseSeconds: number;
  readonly clockToleranceSeconds: number;
  readonly tellOutage: TellOutage;
}

/** A begun attempt. */
export interface BegunWork {
  readonly redelivered: boolean;
  readonly settle: (outcome: WorkOutcome) => MaybePromise<void>;
}

interface KeptWork extends Pick<BegunWork, 'settle'> {
  /** Handlers that share the message and have not ended: those that are judged count too. */
  open: number;
  /** How those ended that have. */
  readonly ended: Set<WorkOutcome>;
}

const works = new WeakMap<Evidence, KeptWork>();

/** Everything that was sealed of a message and is not its name. */
function digestOf({ digest, part, key, contentType, eventType, attributes }: SealedMessageClaims): string {
  return messageDigest(JSON.stringify([digest, part, key, contentType, eventType, attributes]));
}

function attemptOf(settings: WorkSettings, { producer, id, message, expiresAt }: OpenedMessage, now: number) {
  // Twice: a replica whose clock is behind ours takes the seal for that much longer.
  const end = (expiresAt + 2 * settings.clockToleranceSeconds) * 1000;
  const name = ['message', settings.service, producer, message.destination, id].join('\0');
  return Object.freeze<MessageAttempt>({
    name: createHash('sha256').update(name).digest('base64url'),
    digest: digestOf(message),
    owner: randomBytes(16).toString('base64url'),
    leaseMilliseconds: settings.leaseSeconds * 1000,
    keepMilliseconds: Math.max(1, end - now),
  });
}

function judgePast(past: MessagePast): Outcome<{ readonly redelivered: boolean }> {
  if (past === 'new' || past === 'again') return accept({ redelivered: past === 'again' });
  if (past === 'busy') return refuse('MESSAGE_IN_PROGRESS', 'jti', { expected: 'a message nobody works on' });
  if (past === 'other') return refuse('MESSAGE_ID_REUSED', 'jti', { expected: 'the message that has this id' });
  return refuse('MESSAGE_REPLAYED', 'jti', { expected: 'a message that was not handled', actual: past });
}

const unavailable = refuse('MESSAGE_LEDGER_UNAVAILABLE', 'ledger', { expected: 'an answer of the ledger' });
const pasts: readonly unknown[] = ['new', 'again', 'busy', 'done', 'other'] satisfies readonly MessagePast[];

/** Begins. A ledger that cannot tell refuses the message. `now` in epoch milliseconds. */
export function beginWork(
  settings: WorkSettings,
  opened: OpenedMessage,
  now: number,
): MaybePromise<Outcome<BegunWork>> {
  const { ledger, tellOutage } = settings;
  const attempt = attemptOf(settings, opened, now);
  const settle = (outcome: WorkOutcome): MaybePromise<void> => {
    const asked = askStore(() => (outcome === 'done' ? ledger.complete(attempt) : ledger.release(attempt)));
    return whenKnown(asked, (answer) => {
      if (answer.told) return;
      tellOutage(answer.problem, false);
      // A lease that is not released ends by itself; a message that is not noted as handled could be handled twice.
      if (outcome === 'done') throw new MessageNotSettledError();
    });
  };
  return whenKnown(
    askStore(() => ledger.begin(attempt)),
    (answer) => {
      const problem = answer.told ? 'its answer is not understood' : answer.problem;
      if (!answer.told || !pasts.includes(answer.value)) {
        tellOutage(problem, false);
        return unavailable;
      }
      const past = judgePast(answer.value);
      return past.ok ? accept({ ...past.value, settle }) : past;
    },
  );
}

/** Lets the work be settled by whoever knows the caller. */
export function keepWork(evidence: Evidence, { settle }: BegunWork): void {
  works.set(evidence, { settle, open: 0, ended: new Set() });
}

/** A request has one seal at most. */
function workOf(caller: Caller | undefined): KeptWork | undefined {
  for (const evidence of caller?.evidence ?? []) {
    const work = works.get(evidence);
    if (work !== undefined) return work;
  }
  return undefined;
}

/** One more handler is to work on the message of this caller: it is done when all of them are. */
export function shareMessage(caller: Caller | undefined): void {
  const work = workOf(caller);
  if (work !== undefined) work.open += 1;
}

/** The last one speaks for all: one that failed gives the message back, and so does nobody who handled it. */
function endOne(work: KeptWork): MaybePromise<void> {
  work.open = Math.max(0, work.open - 1);
  if (work.open > 0) return undefined;
  return work.settle(work.ended.has('failed') || !work.ended.has('done') ? 'failed' : 'done');
}

/** A handler that shares the message of this caller was refused it: the others decide what becomes of it. Never throws. */
export function leaveMessage(caller: Caller | undefined): MaybePromise<void> {
  const work = workOf(caller);
  if (work === undefined) return undefined;
  try {
    const left = endOne(work);
    // What was not noted comes again, and the ledger has told its owner.
    return left instanceof Promise ? left.catch(() => {}) : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Settles the messages by which a caller was proven: `done` after the handler succeeded and before the broker is told,
 * `failed` when it did not. Does nothing for callers without a message. Of several handlers of one message the last one
 * counts, and one that failed gives it back for all of them.
 * @throws {MessageNotSettledError} or rejects with it, when `done` was not noted.
 */
export function settleMessage(caller: Caller | undefined, outcome: WorkOutcome): MaybePromise<void> {
  const work = workOf(caller);
  if (work === undefined) return undefined;
  work.ended.add(outcome);
  return endOne(work);
}
