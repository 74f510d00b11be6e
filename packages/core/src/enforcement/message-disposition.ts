/** What to do with a refused message: a broker knows no status codes, and a refusal must neither loop nor vanish. */
import { reasonRow } from '../errors/reason.ts';
import type { Denied } from './verdict.ts';

/**
 * `retry`: nothing is wrong with the message, deliver it again later. `quarantine`: put it where somebody looks at it
 * (a dead-letter queue), and never deliver it again by itself. `acknowledge`: it was handled already.
 */
export type Disposition = 'retry' | 'quarantine' | 'acknowledge';

/** The disposition of a refusal. The audit event carries its reason. */
export function dispositionOf({ reason, response }: Pick<Denied, 'reason' | 'response'>): Disposition {
  // Whoever lost an acknowledgement and whoever replays look alike; the event tells of both.
  if (reason === 'MESSAGE_REPLAYED') return 'acknowledge';
  return response.status === 503 || reasonRow(reason).status >= 500 ? 'retry' : 'quarantine';
}
