/**
 * The open connections of one server, and the sweep that ends those that have had their time. One sweep serves them all:
 * no connection has a timer of its own, and one that closed leaves nothing behind.
 *
 * A connection ends when it is too old, when we show another certificate by now, when its certificate has expired, when the bundles changed and it leads to none
 * of them any more, and when the service says that its certificate no longer stands: it was revoked, its trust domain is
 * gone. A client without certificate is judged by its age alone. When a store or a bundle cannot be had nothing ends:
 * requests get their 503 anyway.
 */
import { refuse, type Refusal } from '../errors/outcome.ts';
import { reasonRow } from '../errors/reason.ts';
import type { TrustBundle } from '../certificate/trust-bundle.ts';
import { verifyPath } from '../certificate/certificate-path.ts';
import { readStrong } from '../certificate/strong-certificate.ts';
import type { ConnectionJudge } from '../enforcement/connection-judge.ts';
import type { GuardedConnection } from './guarded-connection.ts';

/** How long what is under way may take once a connection is to end, in milliseconds. */
export const graceMilliseconds = 30_000;
/**
 * How long a connection stays whose end is only announced, in milliseconds: for what its client is about to send. No
 * request that begins two seconds after a change meets what was before.
 */
export const announcedMilliseconds = 1_000;
/** A handshake can have begun this long before its connection was told of: Node's `handshakeTimeout`. */
const handshakeMilliseconds = 120_000;
/** Connections that are judged before others get a turn of the event loop. */
const turn = 200;

/** Longest wait for the word of the service about one certificate, in milliseconds. */
export const answerMilliseconds = 5_000;
const unanswered = refuse('TRUST_BUNDLE_UNAVAILABLE', 'connection', { expected: 'an answer' });

/** Why connections are ended. */
export type ClosingCause = 'age' | 'rotated' | 'expired' | 'untrusted' | 'refused';

/** What the register works with. */
export interface RegisterOptions {
  readonly judge: Pick<ConnectionJudge, 'clock' | 'notify' | 'judge'>;
  readonly maximumAgeMilliseconds: number;
  /** The bundles that the server trusts now. A changed list is a new one. */
  readonly bundles: () => readonly TrustBundle[];
  /** Whether the server shows another certificate now than this one of its own, named by its SHA-256. */
  readonly isReplaced: (fingerprint: string) => boolean;
}

interface Entry {
  readonly connection: GuardedConnection;
  readonly openedAt: number;
  readonly notAfter: number;
  /** The bundles that it was verified against; undefined when that is not sure. */
  trustedBy: readonly TrustBundle[] | undefined;
  /** The one of them that it was found to lead to. While that one stays, changes of others mean nothing to it. */
  vouched?: TrustBundle;
  /** When it is ended behind what is under way, and when it is cut off, once it is to end. */
  ending?: { readonly finishAt: number; readonly destroyAt: number };
  isFinishing?: boolean;
}

/** The open connections of one server. */
export class ConnectionRegister {
  readonly #options: RegisterOptions;
  readonly #open = new Map<GuardedConnection, Entry>();
  #bundles: readonly TrustBundle[];
  #changedAt = Number.NEGATIVE_INFINITY;
  #sweeping: Promise<void> | undefined;
  #isWanted = false;
  /** The service could not tell about a certificate in this sweep: it is not asked about the others. */
  #isOut = false;

  constructor(options: RegisterOptions) {
    this.#options = options;
    this.#bundles = options.bundles();
  }

  /** How many are open. */
  get size(): number {
    return this.#open.size;
  }

  add(connection: GuardedConnection): void {
    this.#noteBundles();
    const openedAt = this.#options.judge.clock.monotonic();
    // The handshake may have begun under the bundles before.
    const isSure = openedAt - this.#changedAt > handshakeMilliseconds;
    const trustedBy = isSure ? this.#bundles : undefined;
    this.#open.set(connection, { connection, openedAt, notAfter: endOf(connection), trustedBy });
  }

  /** Forgets one that closed. */
  remove(connection: GuardedConnection): void {
    this.#open.delete(connection);
  }

  /** Ends what has had its time. During a sweep it asks for one more, once. */
  sweep(): Promise<void> {
    this.#isWanted = true;
    this.#sweeping ??= this.#sweepWhileWanted().finally(() => {
      this.#sweeping = undefined;
    });
    return this.#sweeping;
  }

  async #sweepWhileWanted(): Promise<void> {
    while (this.#isWanted) {
      this.#isWanted = false;
      await this.#sweep();
    }
  }

  async #sweep(): Promise<void> {
    const { clock, notify } = this.#options.judge;
    this.#noteBundles();
    const ended: Record<ClosingCause, number> = { age: 0, rotated: 0, expired: 0, untrusted: 0, refused: 0 };
    let left = turn;
    this.#isOut = false;
    const entries = [...this.#open.values()];
    for (const entry of entries) {
      if (!this.#open.has(entry.connection)) continue;
      if (entry.ending !== undefined) {
        advance(entry, entry.ending, clock.monotonic());
        continue;
      }
      const cause = await this.#causeToEnd(entry);
      if (cause !== undefined) {
        ended[cause] += 1;
        end(entry, cause, clock.monotonic());
      }
      left -= 1;
      if (left > 0) continue;
      left = turn;
      await new Promise((resolve) => setImmediate(resolve));
    }
    if (Object.values(ended).every((count) => count === 0)) return;
    const message = 'Connections are closed; what is under way on them is finished first.';
    notify({ code: 'CONNECTIONS_CLOSED', level: 'info', message, facts: { ...ended, open: this.#open.size } });
  }

  #noteBundles(): void {
    const now = this.#options.bundles();
    if (now === this.#bundles) return;
    this.#bundles = now;
    this.#changedAt = this.#options.judge.clock.monotonic();
  }

  async #causeToEnd(entry: Entry): Promise<ClosingCause | undefined> {
    const { judge, maximumAgeMilliseconds } = this.#options;
    const { facts, shown } = entry.connection;
    if (judge.clock.monotonic() - entry.openedAt >= maximumAgeMilliseconds) return 'age';
    const isRotated = shown !== undefined && this.#options.isReplaced(shown);
    if (facts.peerCertificate === undefined) return isRotated ? 'rotated' : undefined;
    if (!(judge.clock.now() <= entry.notAfter)) return 'expired';
    if (!this.#isTrusted(entry)) return 'untrusted';
    if (this.#isOut) return isRotated ? 'rotated' : undefined;
    const judged = judge.judge(facts);
    const refusal = judged instanceof Promise ? await inTime(judged) : judged;
    if (refusal !== undefined) {
      if (reasonRow(refusal.reason).owner === 'caller') return 'refused';
      // Lists are those of one authority, and looking at them waits for nobody: others are judged all the same.
      this.#isOut = refusal.reason !== 'REVOCATION_LIST_UNAVAILABLE';
    }
    return isRotated ? 'rotated' : undefined;
  }

  /**
   * Whether the certificate leads to a bundle of now, as OpenSSL found when it connected: to any of them, because which
   * one counts is for the service to say. Looked at when the bundles changed.
   */
  #isTrusted(entry: Entry): boolean {
    const { peerCertificate: peer } = entry.connection.facts;
    // What OpenSSL did not trust is nobody on a permissive server, and nothing changes about that.
    if (peer === undefined || !peer.tlsAuthorized || entry.trustedBy === this.#bundles) return true;
    if (entry.vouched !== undefined && this.#bundles.includes(entry.vouched)) {
      entry.trustedBy = this.#bundles;
      return true;
    }
    const [certificate, ...intermediates] = peer.chain;
    const leaf = readStrong(certificate);
    const now = this.#options.judge.clock.now();
    const leads = ({ authorities, revocationLists }: TrustBundle): boolean => {
      if (!leaf.ok) return false;
      // A set written in JavaScript may leave the lists out.
      const lists = { revocationLists: revocationLists ?? [] };
      const path = verifyPath({ leaf: leaf.value, intermediates, authorities, ...lists, now, usage: 'client' });
      // A revocation list that is out of date tells nothing about the certificate.
      return path.ok || reasonRow(path.reason).owner !== 'caller';
    };
    const vouched = this.#bundles.find(leads);
    if (vouched === undefined) return false;
    Object.assign(entry, { vouched, trustedBy: this.#bundles });
    return true;
  }
}

/** The word of the service, or that it does not come: a sweep must go on. */
async function inTime(judged: Promise<Refusal | undefined>): Promise<Refusal | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Refusal>((resolve) => {
    timer = setTimeout(() => resolve(unanswered), answerMilliseconds).unref();
  });
  try {
    return await Promise.race([judged, late]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Begins to end a connection: at once when its authority is gone, which nobody but us may notice. Any other may still
 * carry what its client has begun to send: an old one is as good as ever, and a certificate that ended or is refused
 * is refused with each request, where the client can read why.
 */
function end(entry: Entry, cause: ClosingCause, now: number): void {
  const isPatient = cause !== 'untrusted';
  entry.ending = { finishAt: isPatient ? now + announcedMilliseconds : now, destroyAt: now + graceMilliseconds };
  entry.connection.announceEnd();
  advance(entry, entry.ending, now);
}

/** The next step of one that is to end. */
function advance(entry: Entry, { finishAt, destroyAt }: NonNullable<Entry['ending']>, now: number): void {
  if (now >= destroyAt) entry.connection.destroy();
  else if (now >= finishAt && entry.isFinishing !== true) {
    entry.isFinishing = true;
    entry.connection.finish();
  }
}

/** The end of the leaf; a certificate that cannot be read is for the service to refuse. */
function endOf({ facts }: GuardedConnection): number {
  const [certificate] = facts.peerCertificate?.chain ?? [];
  const read = certificate && readStrong(certificate);
  return read?.ok === true ? read.value.fields.notAfter : Number.POSITIVE_INFINITY;
}
