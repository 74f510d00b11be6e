/** Follows the waivers of a service: tells of each at start and at its end, and names those in force for the audit. */
import { isWaiverInForce, type Waiver } from '../errors/waiver.ts';
import type { NoticeSink } from '../runtime/notice.ts';

/** The waivers of a service, as time passes. */
export interface WaiverWatch {
  /** Option paths of the waivers in force at this instant (epoch milliseconds). */
  inForce(now: number): readonly string[];
}

const none: readonly string[] = Object.freeze([]);

/** Tells of every waiver, and begins to follow them. */
export function watchWaivers(waivers: ReadonlyMap<string, Waiver>, notify: NoticeSink): WaiverWatch {
  const ended = new Set<string>();
  const tell = (option: string, waiver: Waiver, hasEnded: boolean): void => {
    const isObserve = option === 'observe';
    const code = hasEnded
      ? isObserve
        ? 'OBSERVE_ENDED'
        : 'WAIVER_EXPIRED'
      : isObserve
        ? 'OBSERVE_IN_FORCE'
        : 'WAIVER_IN_FORCE';
    const { reason, owner, expires } = waiver;
    const message = hasEnded ? 'A waiver has ended.' : `A waiver is in force until ${expires}.`;
    notify({ code, level: 'warn', message, facts: { option, reason, owner, expires } });
  };
  for (const [option, waiver] of waivers) tell(option, waiver, false);
  if (waivers.size === 0) return { inForce: () => none };
  return {
    inForce: (now) => {
      const standing: string[] = [];
      for (const [option, waiver] of waivers) {
        if (isWaiverInForce(waiver, now)) standing.push(option);
        else if (!ended.has(option)) {
          ended.add(option);
          tell(option, waiver, true);
        }
      }
      return standing;
    },
  };
}
