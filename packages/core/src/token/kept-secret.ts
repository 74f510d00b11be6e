/**
 * The secret of a source, kept for a while: asked for once for all who wait, and again when its time is over or the
 * server has refused it. While the source fails, or does not answer, the last good one stays.
 */
import type { MaybePromise } from '../errors/outcome.ts';
import { Secret } from '../errors/secret.ts';
import type { IssuedSecret, SecretSource } from './secret-source.ts';

/** Keeps a secret. */
export interface KeptSecret {
  /** The secret of now, in epoch milliseconds. Rejects when there is none. */
  current(now: number): MaybePromise<Secret>;
  /** Asks again. Answers whether the secret is another one now. */
  renew(): Promise<boolean>;
  /** Since when the secret is the one, in epoch milliseconds. */
  issuedAt(): number | undefined;
  /** Whether the source failed when it was asked last. */
  isUnreadable(): boolean;
}

const defaultRefreshSeconds = 60;
/** Less than the usual wait for a server, so that the last good secret still serves a request whose source hangs. */
const longestReadMilliseconds = 3_000;

/** What is wrong with a secret, if anything. */
export function secretProblem(secret: unknown): string | undefined {
  if (!(secret instanceof Secret)) return 'is not a Secret';
  const value = secret.expose();
  if (value === '') return 'is empty';
  if (value !== value.trim()) return 'begins or ends with white space';
  // Several lines, or a file that is no text: not what was registered (RFC 6749 Appendix A.2).
  return /[\p{Cc}\ufffd]/u.test(value) ? 'is not one line of text' : undefined;
}

/** A source may be written by anybody. */
function checked(answer: IssuedSecret): IssuedSecret {
  const { secret, issuedAt } = answer ?? {};
  // What the operator may read of it is the warning; nobody reads this message.
  if (secretProblem(secret) !== undefined) throw new TypeError('The source of the secret answered none.');
  return { secret, ...(Number.isFinite(issuedAt) && { issuedAt: issuedAt as number }) };
}

async function inTime(work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    const give = (): void => reject(new TypeError('The source of the secret does not answer.'));
    timer = setTimeout(give, longestReadMilliseconds).unref();
  });
  try {
    await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Keeps the secret of this source. */
export function keptSecret(source: SecretSource): KeptSecret {
  const keptMilliseconds = (source.refreshSeconds ?? defaultRefreshSeconds) * 1000;
  let kept = source.first;
  /** Epoch milliseconds; 'now' when it was read a moment ago by somebody without a clock. */
  let readAt: number | 'now' | undefined = keptMilliseconds === Infinity && kept !== undefined ? 'now' : undefined;
  let reading: Promise<Secret> | undefined;
  let isUnreadable = false;
  const counted = { asked: 0, taken: 0 };

  /** A late answer counts too, unless a later question was answered before it. */
  const take = async (): Promise<void> => {
    const turn = (counted.asked += 1);
    const answer = checked(await source.read());
    if (turn < counted.taken) return;
    counted.taken = turn;
    kept = answer;
    isUnreadable = false;
  };
  const read = async (): Promise<Secret> => {
    try {
      await inTime(take());
    } catch (error) {
      isUnreadable = true;
      if (kept === undefined) throw error;
    } finally {
      reading = undefined;
    }
    return (kept as IssuedSecret).secret;
  };
  const ask = (): Promise<Secret> => (reading ??= read());

  return {
    current: (now) => {
      if (readAt === 'now') readAt = now;
      // A clock that was set back makes it old, not young.
      const isFresh = readAt !== undefined && now >= readAt && now - readAt < keptMilliseconds;
      if (isFresh && kept !== undefined) return kept.secret;
      readAt = now;
      return ask();
    },
    renew: async () => {
      const before = kept?.secret.expose();
      readAt = 'now';
      return (await ask()).expose() !== before;
    },
    issuedAt: () => kept?.issuedAt,
    isUnreadable: () => isUnreadable,
  };
}
