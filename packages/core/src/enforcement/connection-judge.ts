/**
 * What a service is to the connections of its server, beside their requests: it judges the certificate of a connection
 * that stays open, records handshakes that were refused, and says when it ends. It judges no request, and what it lets
 * stand opens nothing: each request is still checked.
 */
import type { RequestFacts } from '../credential/request-facts.ts';
import { refuse, type MaybePromise, type Refusal } from '../errors/outcome.ts';
import { recoverFrom } from '../errors/recover-from.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { reportFault } from './finding.ts';

/** The service, as whoever guards connections sees it. */
export interface ConnectionJudge extends Pick<Runtime, 'clock' | 'notify'> {
  /**
   * Why the certificate of a connection no longer stands; undefined while it does, and when the service reads no
   * certificates. Writes no event. Never throws and never rejects.
   */
  judge(facts: RequestFacts): MaybePromise<Refusal | undefined>;
  /** Writes the event of a refusal without a request. Never throws. */
  recordRefusal(facts: RequestFacts, refusal: Refusal): void;
  /** Calls back once when the service closes, until the answer is called. */
  whenClosed(stop: () => void): () => void;
}

/** The parts of the pipeline that it is made of. */
export interface ConnectionJudgeParts {
  readonly judgePeer: (facts: RequestFacts) => MaybePromise<Refusal | undefined>;
  readonly recordRefusal: (facts: RequestFacts, refusal: Refusal) => void;
}

/** Makes it, with its end. */
export function createConnectionJudge(
  { clock, notify }: Pick<Runtime, 'clock' | 'notify'>,
  { judgePeer, recordRefusal }: ConnectionJudgeParts,
): { readonly judge: ConnectionJudge; close(): void } {
  const stops = new Set<() => void>();
  const judge = Object.freeze<ConnectionJudge>({
    clock,
    notify,
    judge: (facts) =>
      recoverFrom(
        () => judgePeer(facts),
        (error): Refusal => {
          reportFault(notify, facts, error);
          return refuse('INTERNAL_FAULT', 'connection');
        },
      ),
    recordRefusal: (facts, refusal) => {
      try {
        recordRefusal(facts, refusal);
      } catch (error) {
        reportFault(notify, facts, error);
      }
    },
    whenClosed: (stop) => {
      stops.add(stop);
      return () => void stops.delete(stop);
    },
  });
  const close = (): void => {
    for (const stop of stops) stop();
    stops.clear();
  };
  return { judge, close };
}
