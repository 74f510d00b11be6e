/**
 * What a key ring tells its operator, once each: that its keys changed, that another key signs, that the end comes near
 * and no key follows, that none signs, and that a new key signs before verifiers are sure to know it.
 */
import type { Notice, NoticeSink } from '../runtime/notice.ts';
import type { RingKey } from './ring-key.ts';
import type { RingState } from './ring-schedule.ts';

/** The part of its life that the last key has left when the operator is told. */
const lowLife = 0.2;

/** Told of everything, it tells what is new. All instants are epoch seconds. */
export interface RingNotices {
  /** There is another list of keys. */
  listChanged(before: readonly RingKey[] | undefined, keys: readonly RingKey[], now: number): void;
  /** The source has answered a list. Called often. */
  listRead(): void;
  /** The source has not. Called often. */
  listFailed(): void;
  /** This holds now. Called often. */
  look(state: RingState, now: number): void;
}

function instant(seconds: number): string {
  return new Date(seconds * 1000).toISOString();
}

/** Makes it, for one ring whose keys have to be published so many seconds before they sign. */
export function createRingNotices(notify: NoticeSink, publishBefore: number): RingNotices {
  let signing: string | undefined;
  let missingTold = false;
  let failureTold = false;
  let endingTold: number | undefined;

  const tell = (head: Pick<Notice, 'code' | 'level' | 'message'>, facts: Notice['facts']): void =>
    notify({ ...head, facts });

  const tellSigner = ({ signer, published }: RingState): void => {
    const keyId = signer?.key.keyId;
    if (keyId === undefined) {
      if (missingTold) return;
      missingTold = true;
      const message = 'No key of the ring signs now: nothing is signed.';
      tell({ code: 'SIGNING_KEY_MISSING', level: 'error', message }, { published: published.length });
    } else if (keyId !== signing) {
      const message = 'A key of the ring begins to sign.';
      tell({ code: 'SIGNING_KEY_CHANGED', level: 'info', message }, { keyId, retireAt: instant(signer?.until ?? 0) });
      missingTold = false;
    }
    signing = keyId;
  };

  return {
    listChanged: (before, keys, now) => {
      if (before === undefined || before.length === 0) return;
      const message = 'The keys of the ring have changed.';
      tell({ code: 'SIGNING_KEYS_CHANGED', level: 'info', message }, { keys: keys.length });
      const old = new Set(before.map(({ key }) => key.keyId));
      for (const { key, from, privateKey } of keys) {
        if (old.has(key.keyId) || privateKey === undefined || from - now >= publishBefore) continue;
        const seconds = Math.max(0, Math.round(from - now));
        const late = 'A new key signs before verifiers are sure to know it.';
        tell({ code: 'SIGNING_KEY_LATE', level: 'warn', message: late }, { keyId: key.keyId, secondsBefore: seconds });
      }
    },
    listRead: () => {
      failureTold = false;
    },
    listFailed: () => {
      if (failureTold) return;
      failureTold = true;
      const message = 'The source of signing keys failed; the last good ones stay.';
      tell({ code: 'SIGNING_KEYS_RELOAD_FAILED', level: 'error', message }, { problem: 'the source answers no list' });
    },
    look: (state, now) => {
      tellSigner(state);
      const { signer, signsUntil } = state;
      if (signer === undefined || endingTold === signsUntil) return;
      const early = Math.max(2 * publishBefore, (signer.until - signer.from) * lowLife);
      if (signsUntil - now >= early) return;
      endingTold = signsUntil;
      const message = 'The last key of the ring is near its end, and no key follows.';
      const facts = { keyId: signer.key.keyId, endsAt: instant(signsUntil) };
      tell({ code: 'SIGNING_KEY_ENDING', level: 'warn', message }, facts);
    },
  };
}
