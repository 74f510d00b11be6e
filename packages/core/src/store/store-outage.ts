/** Tells of a store that cannot tell: at once, then every ten seconds while it lasts, whatever the number of requests. */
import type { NoticeSink } from '../runtime/notice.ts';

/** Notes one failed question. */
export type TellOutage = (problem: string, waived: boolean) => void;

const silenceMilliseconds = 10_000;

/** Makes the teller of one store. */
export function createTellOutage(
  store: 'replay' | 'revocation' | 'message ledger',
  runtime: { readonly clock: { monotonic(): number }; readonly notify: NoticeSink },
): TellOutage {
  let toldAt = -Infinity;
  let requests = 0;
  return (problem, waived) => {
    requests += 1;
    const now = runtime.clock.monotonic();
    if (now - toldAt < silenceMilliseconds) return;
    toldAt = now;
    const message = waived
      ? 'A store cannot tell; requests pass by a waiver.'
      : 'A store cannot tell; requests are refused.';
    runtime.notify({
      code: 'STORE_UNAVAILABLE',
      level: 'error',
      message,
      facts: { store, problem, waived, requestsSinceStart: requests },
    });
  };
}
