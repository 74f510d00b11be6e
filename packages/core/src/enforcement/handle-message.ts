/**
 * Handles one message of a broker, for consumers without a framework: judge it, run the handler in the context of its
 * caller, note that it was handled. It tells what to answer the broker and does not answer it: that is the consumer's.
 */
import type { RequestFacts } from '../credential/request-facts.ts';
import { settleMessage } from '../message/message-work.ts';
import type { CompiledRequirement } from '../policy/requirement.ts';
import { runInContext } from '../propagation/caller-context.ts';
import type { Admission } from './admission.ts';
import { dispositionOf, type Disposition } from './message-disposition.ts';
import type { ServiceAuth } from './service-auth.ts';
import type { Denied } from './verdict.ts';

/** A message and what is asked of its producer. */
export interface MessageCall {
  readonly facts: RequestFacts;
  readonly requirement: CompiledRequirement;
}

/** What became of a message: the answer of its handler; or a refusal, and what to do with the message. */
export type HandledMessage<T> =
  | { readonly outcome: 'handled'; readonly value: T; readonly verdict: Admission }
  | { readonly outcome: 'refused'; readonly verdict: Denied; readonly disposition: Disposition };

/**
 * Handles. Acknowledge the message when it was `handled`; treat it by its disposition when it was `refused`.
 * @throws what the handler throws, after the message was released: let the broker deliver it again.
 * @throws {MessageNotSettledError} when the ledger did not note that it was handled.
 */
export async function handleMessage<T>(
  auth: ServiceAuth,
  { facts, requirement }: MessageCall,
  handler: (verdict: Admission) => T | Promise<T>,
): Promise<HandledMessage<T>> {
  const verdict = await auth.check(facts, requirement);
  const { caller } = verdict.context;
  if (verdict.outcome === 'denied') {
    // Policy refused what was begun: nobody works on it.
    await settleMessage(caller, 'failed');
    return { outcome: 'refused', verdict, disposition: dispositionOf(verdict) };
  }
  const handling = { writableEnded: false, destroyed: false };
  try {
    const value = await runHandler(verdict, () => runInContext(verdict.context, () => handler(verdict), handling));
    await settleMessage(caller, 'done');
    return { outcome: 'handled', value, verdict };
  } finally {
    // What the handler started and still runs has no caller from here on, as after the answer to a request.
    Object.assign(handling, { writableEnded: true, destroyed: true });
  }
}

/** Runs it, and gives the message back when it fails. */
async function runHandler<T>({ context }: Admission, run: () => T | Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    await settleMessage(context.caller, 'failed');
    throw error;
  }
}
