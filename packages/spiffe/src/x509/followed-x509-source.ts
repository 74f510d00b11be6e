/** The state behind `createX509Source`: what the last good message said, for as long as it holds. */
import { createChangeListeners, type TrustBundle, type X509Identity } from '@countersign/core';
import { Readiness } from '../readiness.ts';
import type { CallOff, SpiffeRuntime } from '../runtime.ts';
import { SpiffeError } from '../spiffe-error.ts';
import { followStream, type StreamFollower } from '../workload-api/follow-stream.ts';
import { methods } from '../workload-api/methods.ts';
import type { WorkloadEndpoint } from '../workload-endpoint.ts';
import { BundleState } from './bundle-state.ts';
import type { X509Source } from './create-x509-source.ts';
import { pickIdentity, type PickIdentity } from './pick-identity.ts';
import type { GrantedIdentity } from './read-identity.ts';
import { readX509Update, type X509Update } from './read-x509-update.ts';
import { notReady } from '../workload-api/not-ready.ts';

/** The options after the check. */
export interface X509SourceSettings {
  readonly endpoint: WorkloadEndpoint;
  readonly pick: PickIdentity | undefined;
  readonly readyTimeoutSeconds: number;
  readonly runtime: SpiffeRuntime;
}

/** Follows the stream. */
export class FollowedX509Source implements X509Source {
  readonly #settings: X509SourceSettings;
  readonly #listeners = createChangeListeners();
  readonly #bundles = new BundleState();
  readonly #readiness: Readiness;
  readonly #stream: StreamFollower;
  #current: GrantedIdentity | undefined;
  #pickProblem: string | undefined;
  #callOffExpiry: CallOff | undefined;
  #isClosed = false;

  constructor(settings: X509SourceSettings) {
    this.#settings = settings;
    const { endpoint, readyTimeoutSeconds, runtime } = settings;
    const describe = (): SpiffeError => this.#notReady();
    this.#readiness = new Readiness({ runtime, timeoutSeconds: readyTimeoutSeconds, describe });
    this.#stream = followStream({
      endpoint,
      method: methods.x509Svids,
      runtime,
      take: (message) => this.#take(message),
      onDenied: () => this.#withdraw('the Workload API grants none'),
      onFailed: (problem) => {
        this.#withdraw('the Workload API refused the call for good');
        this.#readiness.fail(new SpiffeError('WORKLOAD_API_FAILED', `At ${endpoint.text}: ${problem}.`));
      },
    });
  }

  find(): X509Identity | undefined;
  find(trustDomain: string): TrustBundle | undefined;
  find(...asked: readonly string[]): X509Identity | TrustBundle | undefined {
    const [trustDomain = ''] = asked;
    return asked.length === 0 ? this.#valid()?.identity : this.#bundles.find(trustDomain);
  }

  spiffeId(): string | undefined {
    return this.#valid()?.spiffeId;
  }

  list(): readonly TrustBundle[] {
    return this.#bundles.list();
  }

  watch(listener: () => void): () => void {
    return this.#listeners.watch(listener);
  }

  ready(): Promise<void> {
    return this.#readiness.wait();
  }

  /** Asks no more. What is in hand still serves the connections that are under way. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#stream.close();
    this.#callOffExpiry?.();
    this.#listeners.clear();
    this.#readiness.fail(new SpiffeError('SOURCE_CLOSED'));
  }

  /** The identity, while its certificate is valid. Written so that a clock that answers no number finds none. */
  #valid(): GrantedIdentity | undefined {
    const current = this.#current;
    return current !== undefined && this.#settings.runtime.clock.now() <= current.identity.notAfter
      ? current
      : undefined;
  }

  #take(message: Buffer): string | undefined {
    const update = readX509Update(message, this.#settings.runtime.clock.now());
    if (typeof update === 'string') return update;
    const { notify } = this.#settings.runtime;
    for (const facts of update.refused) {
      const text = 'The bundle of a federated trust domain cannot be used; its workloads are refused.';
      notify({ code: 'TRUST_BUNDLE_REFUSED', level: 'error', message: text, facts });
    }
    const hasBundles = this.#bundles.replace(update.bundles);
    const hasIdentity = this.#show(update);
    if (hasBundles || hasIdentity) this.#listeners.tell();
    return undefined;
  }

  /** Takes over the picked identity, and answers whether it is another one than before. */
  #show({ granted, bundles }: X509Update): boolean {
    const { pick, runtime } = this.#settings;
    const picked = pickIdentity(granted, pick);
    const next = picked.ok ? granted[picked.index] : undefined;
    this.#pickProblem = picked.ok ? undefined : picked.problem;
    if (!picked.ok || next === undefined) {
      const facts = {
        problem: picked.ok ? 'there is no identity' : picked.problem,
        ids: granted.map(({ spiffeId, hint }) => (hint === '' ? spiffeId : `${spiffeId} (${hint})`)).join(', '),
      };
      const message = 'None of the identities of this process is the one that pick asks for; none is shown.';
      runtime.notify({ code: 'SVID_PICK_REFUSED', level: 'error', message, facts });
      const had = this.#current !== undefined;
      this.#current = undefined;
      this.#callOffExpiry?.();
      return had;
    }
    this.#readiness.settle();
    if (this.#current?.identity.certificate === next.identity.certificate) return false;
    this.#current = next;
    this.#awaitExpiry(next);
    const { spiffeId, identity } = next;
    const facts = { spiffeId, notAfter: new Date(identity.notAfter).toISOString(), trustDomains: bundles.size };
    runtime.notify({ code: 'SVID_UPDATED', level: 'info', message: 'This process has a new X.509-SVID.', facts });
    return true;
  }

  #withdraw(problem: string): void {
    const current = this.#current;
    if (current === undefined) return;
    this.#current = undefined;
    this.#callOffExpiry?.();
    const message = 'The identity of this process was withdrawn; it is shown no more.';
    const facts = { spiffeId: current.spiffeId, problem };
    this.#settings.runtime.notify({ code: 'SVID_WITHDRAWN', level: 'error', message, facts });
    this.#listeners.tell();
  }

  /** Timers are capped, and clocks move: looks again until the time has come. */
  #awaitExpiry(granted: GrantedIdentity): void {
    const { clock, after, notify } = this.#settings.runtime;
    this.#callOffExpiry?.();
    const left = granted.identity.notAfter - clock.now();
    if (left >= 0) {
      this.#callOffExpiry = after(left + 1, () => this.#awaitExpiry(granted));
      return;
    }
    if (this.#isClosed || this.#current !== granted) return;
    const message = 'The X.509-SVID of this process expired, and there is no newer one.';
    notify({ code: 'SVID_EXPIRED', level: 'error', message, facts: { spiffeId: granted.spiffeId } });
    this.#listeners.tell();
  }

  #notReady(): SpiffeError {
    const { endpoint, readyTimeoutSeconds } = this.#settings;
    if (this.#pickProblem !== undefined) {
      return new SpiffeError('SVID_NOT_PICKED', `At ${endpoint.text}: ${this.#pickProblem}.`);
    }
    return notReady({ endpoint, readyTimeoutSeconds, trouble: this.#stream.trouble() });
  }
}
