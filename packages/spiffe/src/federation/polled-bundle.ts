/**
 * The state behind `bundleEndpoint`: the last good bundle, polled as often as it asks for. A failure waits for the next
 * turn and leaves the bundle as it is; a bundle with a lower sequence than the one in hand is an old one, and ignored.
 */
import { createChangeListeners, type JwtBundle, type TrustBundle } from '@countersign/core';
import { JwtBundleState } from '../jwt/jwt-bundle-state.ts';
import { Readiness } from '../readiness.ts';
import type { CallOff, SpiffeRuntime } from '../runtime.ts';
import { SpiffeError } from '../spiffe-error.ts';
import { pauseAfter } from '../workload-api/back-off.ts';
import { BundleState } from '../x509/bundle-state.ts';
import type { BundleEndpoint, BundleEndpointOptions } from './bundle-endpoint.ts';
import { fetchDocument, type OpenUrl } from './fetch-document.ts';
import { openSpiffeUrl } from './open-spiffe-url.ts';
import { readBundleDocument, type BundleDocument } from './read-bundle-document.ts';

/** The options after the check. */
export interface PolledBundleSettings {
  readonly options: BundleEndpointOptions;
  readonly readyTimeoutSeconds: number;
  readonly runtime: SpiffeRuntime;
}

/** Without a hint (SPIFFE Federation §4.1). */
const defaultRefreshSeconds = 300;
/** A hint must neither make us hammer nor let a withdrawn key live for days. */
const leastRefreshSeconds = 10;
const mostRefreshSeconds = 86_400;

function refreshMilliseconds(hint: number | undefined): number {
  return 1000 * Math.min(mostRefreshSeconds, Math.max(leastRefreshSeconds, hint ?? defaultRefreshSeconds));
}

/** Polls. */
export class PolledBundle implements BundleEndpoint {
  readonly trustDomain: string;
  readonly #settings: PolledBundleSettings;
  readonly #open: OpenUrl;
  readonly #listeners = createChangeListeners();
  readonly #x509 = new BundleState();
  readonly #jwt = new JwtBundleState();
  readonly #readiness: Readiness;
  readonly #closing = new AbortController();
  #last: BundleDocument | undefined;
  #sequence: bigint | undefined;
  #failures = 0;
  #problem = 'no answer so far';
  #callOffPoll: CallOff | undefined;

  constructor(settings: PolledBundleSettings) {
    this.#settings = settings;
    const { options, readyTimeoutSeconds, runtime } = settings;
    this.trustDomain = options.trustDomain;
    this.#open = this.#opener();
    const describe = (): SpiffeError =>
      new SpiffeError('BUNDLE_UNAVAILABLE', `At ${options.url}, within ${readyTimeoutSeconds} s: ${this.#problem}.`);
    this.#readiness = new Readiness({ runtime, timeoutSeconds: readyTimeoutSeconds, describe });
    void this.#poll();
  }

  find(trustDomain: string): TrustBundle | undefined {
    return this.#x509.find(trustDomain);
  }

  list(): readonly TrustBundle[] {
    return this.#x509.list();
  }

  jwtBundle(trustDomain: string): JwtBundle | undefined {
    return this.#jwt.find(trustDomain);
  }

  watch(listener: () => void): () => void {
    return this.#listeners.watch(listener);
  }

  ready(): Promise<void> {
    return this.#readiness.wait();
  }

  /** Asks no more. The bundle in hand still serves the requests that are under way. */
  async close(): Promise<void> {
    this.#closing.abort();
    this.#callOffPoll?.();
    this.#listeners.clear();
    this.#readiness.fail(new SpiffeError('SOURCE_CLOSED'));
  }

  #opener(): OpenUrl {
    const { options, runtime } = this.#settings;
    if (options.profile === 'https_web') {
      const { fetch = globalThis.fetch } = options;
      return (url, signal) => fetch(url, { redirect: 'manual', signal, headers: { accept: 'application/json' } });
    }
    const { endpointSpiffeId, endpointBundle } = options;
    // An endpoint of the trust domain it serves is verified by what it served last (SPIFFE Federation §5.2.2.4).
    // Nobody goes back to the bundle of the start: its authorities may have been withdrawn since.
    const isItsOwn = endpointBundle.trustDomain === this.trustDomain;
    const bundle = (): TrustBundle => {
      if (!isItsOwn || this.#last === undefined) return endpointBundle;
      return this.#last.x509 ?? { ...endpointBundle, authorities: [] };
    };
    return openSpiffeUrl({ spiffeId: endpointSpiffeId, bundle, clock: runtime.clock });
  }

  async #poll(): Promise<void> {
    const { options, runtime } = this.#settings;
    const { url } = options;
    const fetched = await fetchDocument({ url, open: this.#open, runtime, signal: this.#closing.signal });
    if (this.#closing.signal.aborted) return;
    const read = fetched.ok ? readBundleDocument(fetched.text, this.trustDomain) : fetched.problem;
    if (typeof read === 'string') this.#fail(read);
    else this.#take(read);
    if (this.#closing.signal.aborted) return;
    // Before the first bundle nothing says how often, and somebody waits.
    const isWaiting = this.#last === undefined;
    const pause = isWaiting
      ? pauseAfter(this.#failures, runtime.random)
      : refreshMilliseconds(this.#last?.refreshHintSeconds);
    this.#callOffPoll = runtime.after(pause, () => void this.#poll());
  }

  #fail(problem: string): void {
    this.#failures += 1;
    this.#problem = problem;
    const facts = {
      trustDomain: this.trustDomain,
      problem,
      failures: this.#failures,
      hasBundle: this.#last !== undefined,
    };
    const message = 'The bundle of a trust domain could not be fetched; the last good one stays.';
    this.#settings.runtime.notify({ code: 'BUNDLE_REFRESH_FAILED', level: 'error', message, facts });
  }

  #take(document: BundleDocument): void {
    const { notify } = this.#settings.runtime;
    this.#failures = 0;
    const { sequence = this.#sequence } = document;
    if (this.#sequence !== undefined && sequence !== undefined && sequence < this.#sequence) {
      const facts = { trustDomain: this.trustDomain, sequence: `${sequence}`, known: `${this.#sequence}` };
      const message = 'A bundle endpoint served an older bundle than before; it was ignored.';
      notify({ code: 'BUNDLE_OUTDATED', level: 'warn', message, facts });
      return;
    }
    this.#last = document;
    this.#sequence = sequence;
    const { x509, jwt } = document;
    const hasX509 = this.#x509.replace(new Map(x509 === undefined ? [] : [[this.trustDomain, x509]]));
    const hasJwt = this.#jwt.replace(new Map([[this.trustDomain, jwt]]));
    this.#readiness.settle();
    if (!hasX509 && !hasJwt) return;
    const facts = { trustDomain: this.trustDomain, authorities: x509?.authorities.length ?? 0, keys: jwt.keys.length };
    const message = 'The bundle of a trust domain changed.';
    notify({ code: 'TRUST_BUNDLES_UPDATED', level: 'info', message, facts });
    this.#listeners.tell();
  }
}
