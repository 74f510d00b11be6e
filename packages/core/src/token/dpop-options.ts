/** How a service takes DPoP proofs, as its operator configures it, checked once with all faults at once. */
import type { FaultCollector } from '../errors/configuration-error.ts';
import type { Waiver } from '../errors/waiver.ts';
import { isAlgorithm, type Algorithm } from '../signature/algorithms.ts';
import type { ReplayStore } from '../store/replay-store.ts';
import { algorithmsFix, algorithmsProblem } from './check-issuer-options.ts';
import { checkNonces, type DpopNonceOptions, type NonceRecord } from './dpop-nonces.ts';
import { defaultProofAgeSeconds, defaultProofAlgorithms } from './dpop-proof.ts';
import { normalUrl, type PublicAddress } from './proof-url.ts';

/** Options of DPoP. */
export interface DpopOptions {
  /** Where callers reach this service, e.g. `https://api.example`. Proofs are for it, whatever `Host` says. */
  readonly origin: string;
  /** The part of the path that a proxy takes off before the service sees it, e.g. `/inventory`. Default: none. */
  readonly basePath?: string;
  /** Remembers which proofs were used. Shared by all replicas, or a proof can be used once at each. */
  readonly replayStore: ReplayStore;
  /** Give nonces, and accept no proof without one. Default `false`. */
  readonly nonces?: DpopNonceOptions | false;
  /** Oldest proof, in seconds. Default 60, at most 300. */
  readonly maxAgeSeconds?: number;
  /** Algorithms of proofs. Default: ES256, Ed25519, EdDSA, PS256 and RS256. */
  readonly algorithms?: readonly [Algorithm, ...Algorithm[]];
  /** Take no bearer tokens: every token must be bound to a key and come with a proof. */
  readonly required?: true;
  /** Lets requests pass unchecked for replay while the store cannot tell, on every route, until the waiver ends. */
  readonly allowReplayStoreOutage?: Waiver;
}

/** Options after the check. */
export interface DpopRecord {
  readonly address: PublicAddress;
  readonly replayStore: ReplayStore;
  readonly nonces: NonceRecord | undefined;
  readonly maxAgeSeconds: number;
  readonly algorithms: readonly Algorithm[];
  readonly required: boolean;
  readonly allowReplayStoreOutage: Waiver | undefined;
}

const known = [
  'origin',
  'basePath',
  'replayStore',
  'nonces',
  'maxAgeSeconds',
  'algorithms',
  'required',
  'allowReplayStoreOutage',
];
const longestAgeSeconds = 300;
const loopback = /^http:\/\/(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?$/;

/** An https origin to the letter; http only where nothing leaves the machine. */
function isOrigin(text: unknown): boolean {
  if (typeof text !== 'string' || !URL.canParse(text) || new URL(text).origin !== text) return false;
  return text.startsWith('https://') || loopback.test(text);
}

/** A path without a slash at its end, in its one spelling. */
function isBasePath(text: unknown): boolean {
  if (text === '') return true;
  if (typeof text !== 'string' || !text.startsWith('/') || text.endsWith('/') || /[?#]/.test(text)) return false;
  return normalUrl(`https://a.invalid${text}`) === `https://a.invalid${text}`;
}

/** Checks the options. `prefix` is the option path, with its dot. */
export function checkDpop(faults: FaultCollector, given: DpopOptions, prefix: string): DpopRecord {
  // A copy without prototype: later changes of the object, and of Object.prototype, change nothing here.
  const options: DpopOptions = Object.assign(Object.create(null), typeof given === 'object' ? given : {});
  faults.onlyKnown(options, known, prefix);
  const { origin, basePath = '', replayStore, nonces = false, required } = options;
  const { maxAgeSeconds = defaultProofAgeSeconds, algorithms = defaultProofAlgorithms } = options;
  if (!isOrigin(origin)) {
    const fix = 'write the address that callers use, without a path, e.g. "https://api.example"';
    faults.add('CONFIG_INVALID', `${prefix}origin`, 'is no https origin', fix);
  }
  if (!isBasePath(basePath)) {
    faults.add('CONFIG_INVALID', `${prefix}basePath`, 'is no plain path', 'write e.g. "/inventory", or leave it out');
  }
  if (typeof replayStore?.remember !== 'function') {
    const fix = 'pass createMemoryReplayStore() for one process, or a store that all replicas share';
    faults.add('CONFIG_MISSING', `${prefix}replayStore`, 'is not a replay store', fix);
  }
  if (!(maxAgeSeconds >= 1 && maxAgeSeconds <= longestAgeSeconds)) {
    const fix = `write a number of seconds from 1 to ${longestAgeSeconds}`;
    faults.add('CONFIG_INVALID', `${prefix}maxAgeSeconds`, 'is out of range', fix);
  }
  if (!Array.isArray(algorithms) || algorithms.length === 0 || !algorithms.every(isAlgorithm)) {
    faults.add('CONFIG_INVALID', `${prefix}algorithms`, algorithmsProblem(algorithms), algorithmsFix);
  }
  if (required !== undefined && required !== true) {
    faults.add('CONFIG_INVALID', `${prefix}required`, 'is not true', 'write required: true, or leave it out');
  }
  const { allowReplayStoreOutage: waiver } = options;
  return Object.freeze({
    address: Object.freeze({ origin, basePath }),
    replayStore,
    nonces: nonces === false ? undefined : checkNonces(faults, nonces, `${prefix}nonces.`),
    maxAgeSeconds,
    algorithms: Object.freeze(Array.isArray(algorithms) ? [...algorithms] : []),
    required: required === true,
    allowReplayStoreOutage: waiver === undefined ? undefined : Object.freeze({ ...waiver }),
  });
}
