/** The state behind `createBundleSource`: the bundles of now, of both kinds. */
import { createChangeListeners, type JwtBundle, type TrustBundle } from '@countersign/core';
import { followJwtBundles } from '../jwt/follow-jwt-bundles.ts';
import { JwtBundleState } from '../jwt/jwt-bundle-state.ts';
import { Readiness } from '../readiness.ts';
import type { SpiffeRuntime } from '../runtime.ts';
import { SpiffeError } from '../spiffe-error.ts';
import { followStream, type StreamFollower } from '../workload-api/follow-stream.ts';
import { methods } from '../workload-api/methods.ts';
import { notReady } from '../workload-api/not-ready.ts';
import type { WorkloadEndpoint } from '../workload-endpoint.ts';
import { BundleState } from '../x509/bundle-state.ts';
import { readX509BundlesUpdate } from '../x509/read-x509-update.ts';
import type { BundleKind, BundleSource } from './create-bundle-source.ts';

/** The options after the check. */
export interface BundleSourceSettings {
  readonly endpoint: WorkloadEndpoint;
  readonly kinds: readonly BundleKind[];
  readonly readyTimeoutSeconds: number;
  readonly runtime: SpiffeRuntime;
}

/** Follows one stream for each kind. */
export class FollowedBundleSource implements BundleSource {
  readonly #settings: BundleSourceSettings;
  readonly #listeners = createChangeListeners();
  readonly #x509 = new BundleState();
  readonly #jwt = new JwtBundleState();
  readonly #readiness: Readiness;
  readonly #streams: readonly StreamFollower[];
  readonly #missing: Set<BundleKind>;

  constructor(settings: BundleSourceSettings) {
    this.#settings = settings;
    const { endpoint, kinds, readyTimeoutSeconds, runtime } = settings;
    this.#missing = new Set(kinds);
    const trouble = () => this.#streams.map((stream) => stream.trouble()).find((one) => one !== undefined);
    const describe = (): SpiffeError => notReady({ endpoint, readyTimeoutSeconds, trouble: trouble() });
    this.#readiness = new Readiness({ runtime, timeoutSeconds: readyTimeoutSeconds, describe });
    this.#streams = kinds.map((kind) => (kind === 'x509' ? this.#followX509() : this.#followJwt()));
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

  /** Asks no more. Bundles in hand still serve the requests that are under way. */
  async close(): Promise<void> {
    for (const stream of this.#streams) stream.close();
    this.#listeners.clear();
    this.#readiness.fail(new SpiffeError('SOURCE_CLOSED'));
  }

  #followX509(): StreamFollower {
    const { endpoint, runtime } = this.#settings;
    const take = (message: Buffer): string | undefined => {
      const update = readX509BundlesUpdate(message);
      if (typeof update === 'string') return update;
      for (const facts of update.refused) {
        const text = 'The bundle of a trust domain cannot be used; its workloads are refused.';
        runtime.notify({ code: 'TRUST_BUNDLE_REFUSED', level: 'error', message: text, facts });
      }
      this.#came('x509', this.#x509.replace(update.bundles), update.bundles.size);
      return undefined;
    };
    const onFailed = (problem: string): void => this.#failed(problem);
    return followStream({ endpoint, method: methods.x509Bundles, runtime, take, onFailed });
  }

  #followJwt(): StreamFollower {
    const { endpoint, runtime } = this.#settings;
    return followJwtBundles({
      endpoint,
      runtime,
      state: this.#jwt,
      onGood: (hasChanged) => this.#came('jwt', hasChanged, this.#jwt.size),
      onFailed: (problem) => this.#failed(problem),
    });
  }

  #came(kind: BundleKind, hasChanged: boolean, trustDomains: number): void {
    this.#missing.delete(kind);
    if (this.#missing.size === 0) this.#readiness.settle();
    if (!hasChanged) return;
    const message = 'The trust bundles of this process changed.';
    const facts = { kind, trustDomains };
    this.#settings.runtime.notify({ code: 'TRUST_BUNDLES_UPDATED', level: 'info', message, facts });
    this.#listeners.tell();
  }

  #failed(problem: string): void {
    this.#readiness.fail(new SpiffeError('WORKLOAD_API_FAILED', `At ${this.#settings.endpoint.text}: ${problem}.`));
  }
}
