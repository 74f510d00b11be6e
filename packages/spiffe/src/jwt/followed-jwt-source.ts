/** The state behind `createJwtSource`: the keys of now, and the tokens in hand. */
import type { JwtBundle, MaybePromise } from '@countersign/core';
import { Readiness } from '../readiness.ts';
import type { SpiffeRuntime } from '../runtime.ts';
import { SpiffeError } from '../spiffe-error.ts';
import { fetchOnce } from '../workload-api/fetch-once.ts';
import type { StreamFollower } from '../workload-api/follow-stream.ts';
import { jwtSvidRequest, methods } from '../workload-api/methods.ts';
import { notReady } from '../workload-api/not-ready.ts';
import type { WorkloadEndpoint } from '../workload-endpoint.ts';
import type { JwtSource } from './create-jwt-source.ts';
import { followJwtBundles } from './follow-jwt-bundles.ts';
import { JwtBundleState } from './jwt-bundle-state.ts';
import { readJwtSvidAnswer, type JwtSvid } from './jwt-svid-answer.ts';
import { JwtSvidCache } from './jwt-svid-cache.ts';

/** The options after the check. */
export interface JwtSourceSettings {
  readonly endpoint: WorkloadEndpoint;
  readonly spiffeId: string | undefined;
  readonly readyTimeoutSeconds: number;
  readonly runtime: SpiffeRuntime;
}

/** Audiences as a set: their order and repetitions make no other token. */
function audienceSet(audience: string | readonly string[]): readonly string[] {
  return Object.freeze([...new Set(typeof audience === 'string' ? [audience] : audience)].toSorted());
}

/** Follows the keys, and fetches tokens. */
export class FollowedJwtSource implements JwtSource {
  readonly #settings: JwtSourceSettings;
  readonly #bundles = new JwtBundleState();
  readonly #tokens: JwtSvidCache;
  readonly #readiness: Readiness;
  readonly #stream: StreamFollower;
  readonly #closing = new AbortController();

  constructor(settings: JwtSourceSettings) {
    this.#settings = settings;
    const { endpoint, readyTimeoutSeconds, runtime } = settings;
    this.#tokens = new JwtSvidCache(runtime);
    const describe = (): SpiffeError => notReady({ endpoint, readyTimeoutSeconds, trouble: this.#stream.trouble() });
    this.#readiness = new Readiness({ runtime, timeoutSeconds: readyTimeoutSeconds, describe });
    this.#stream = followJwtBundles({
      endpoint,
      runtime,
      state: this.#bundles,
      onGood: () => this.#readiness.settle(),
      onFailed: (problem) => {
        this.#readiness.fail(new SpiffeError('WORKLOAD_API_FAILED', `At ${endpoint.text}: ${problem}.`));
      },
    });
  }

  jwtSvid(audience: string | readonly [string, ...string[]]): MaybePromise<JwtSvid> {
    const wanted = audienceSet(audience);
    if (wanted.length === 0 || wanted.some((one) => typeof one !== 'string' || one === '')) {
      return Promise.reject(new TypeError('An audience is the text that the other service expects in aud.'));
    }
    return this.#tokens.get(JSON.stringify(wanted), () => this.#fetch(wanted));
  }

  reject({ token, audience }: Pick<JwtSvid, 'token' | 'audience'>): void {
    this.#tokens.reject(JSON.stringify(audienceSet(audience)), token);
  }

  jwtBundle(trustDomain: string): JwtBundle | undefined {
    return this.#bundles.find(trustDomain);
  }

  ready(): Promise<void> {
    return this.#readiness.wait();
  }

  /** Asks no more, and forgets the tokens. Keys in hand still serve the requests that are under way. */
  async close(): Promise<void> {
    this.#closing.abort();
    this.#stream.close();
    this.#tokens.close();
    this.#readiness.fail(new SpiffeError('SOURCE_CLOSED'));
  }

  async #fetch(audience: readonly string[]): Promise<JwtSvid> {
    const { endpoint, spiffeId, runtime } = this.#settings;
    const request = jwtSvidRequest(audience, spiffeId);
    const { signal } = this.#closing;
    const answer = await fetchOnce({ endpoint, method: methods.jwtSvids, request, runtime, signal });
    if (!answer.ok) {
      const { status, problem } = answer.end;
      const code = status === 'PERMISSION_DENIED' ? 'WORKLOAD_API_DENIED' : 'JWT_SVID_UNAVAILABLE';
      throw new SpiffeError(code, `At ${endpoint.text}: ${status}: ${problem}.`);
    }
    const svid = readJwtSvidAnswer(answer.message, { audience, spiffeId, now: runtime.clock.now() });
    if (typeof svid === 'string') throw new SpiffeError('JWT_SVID_REFUSED', `At ${endpoint.text}: the token ${svid}.`);
    return svid;
  }
}
