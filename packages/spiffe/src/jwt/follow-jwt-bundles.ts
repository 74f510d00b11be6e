/** Follows the keys for JWT-SVIDs: what `createJwtSource` and `createBundleSource` share. */
import type { SpiffeRuntime } from '../runtime.ts';
import { followStream, type StreamFollower } from '../workload-api/follow-stream.ts';
import { methods } from '../workload-api/methods.ts';
import type { WorkloadEndpoint } from '../workload-endpoint.ts';
import type { JwtBundleState } from './jwt-bundle-state.ts';
import { readJwtBundlesUpdate } from './read-jwt-bundles.ts';

/** What to follow, and whom to tell. */
export interface FollowedJwtBundles {
  readonly endpoint: WorkloadEndpoint;
  readonly runtime: SpiffeRuntime;
  readonly state: JwtBundleState;
  /** After each good message. */
  readonly onGood: (hasChanged: boolean) => void;
  readonly onFailed: (problem: string) => void;
}

/** Follows them. */
export function followJwtBundles({ endpoint, runtime, state, onGood, onFailed }: FollowedJwtBundles): StreamFollower {
  const take = (message: Buffer): string | undefined => {
    const update = readJwtBundlesUpdate(message);
    if (typeof update === 'string') return update;
    for (const facts of update.refused) {
      const text = 'The keys of a trust domain cannot be used; its tokens are refused.';
      runtime.notify({ code: 'TRUST_BUNDLE_REFUSED', level: 'error', message: text, facts });
    }
    onGood(state.replace(update.bundles));
    return undefined;
  };
  return followStream({ endpoint, method: methods.jwtBundles, runtime, take, onFailed });
}
