/**
 * The issuers that a service believes, each with the source of its keys. The unverified name of an issuer selects one
 * of them by its exact text and does nothing else.
 */
import { accept, refuse, type Accepted, type MaybePromise, type Outcome } from '../errors/outcome.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { createFileKeySet } from '../signature/file-key-set.ts';
import type { KeySource } from '../signature/key-source.ts';
import type { LocateKeys } from '../signature/locate-keys.ts';
import { createRemoteKeySet } from '../signature/remote-key-set.ts';
import { createBundleKeySet } from './bundle-key-set.ts';
import { locateKeys } from './discovery.ts';
import type { IssuerRecord } from './issuer.ts';

/** An issuer at work. */
export interface Trust {
  readonly record: IssuerRecord;
  readonly keys: KeySource;
  /** Is told that a token of this issuer stood every check. */
  readonly prove?: () => void;
}

/** Finds the trust in an issuer. */
export interface Trusts {
  /** Refuses with `TOKEN_ISSUER_UNKNOWN` what is not configured. Never throws. */
  find(issuer: string): MaybePromise<Outcome<Trust>>;
  ready(): Promise<void>;
  close(): Promise<void>;
}

/** The refusal of an issuer that is not configured. */
export function unknownIssuer(issuer: string): Outcome<never> {
  return refuse('TOKEN_ISSUER_UNKNOWN', 'iss', { actual: issuer });
}

function keysOf(record: IssuerRecord, runtime: Runtime): KeySource {
  const { issuer, keySet, jwksFile, profile, bundle, trustDomain } = record;
  if (keySet !== undefined) return keySet;
  if (jwksFile !== undefined) return createFileKeySet({ issuer, path: jwksFile, use: profile.keyUse, runtime });
  if (bundle !== undefined && trustDomain !== undefined) {
    return createBundleKeySet({ trustDomain, bundle, use: profile.keyUse, runtime });
  }
  const locate: LocateKeys = (signal) => locateKeys(record, runtime, signal);
  return createRemoteKeySet({ issuer, locate, runtime });
}

/** Puts an issuer to work: its keys as given, or fetched and kept fresh. Tells what its profile relaxes. */
export function createTrust(record: IssuerRecord, runtime: Runtime): Trust {
  const { issuer, profile } = record;
  if (profile.relaxes.length > 0) {
    runtime.notify({
      code: 'PROFILE_RELAXED',
      level: 'warn',
      message: 'Tokens of an issuer are accepted although they fall short of RFC 9068.',
      facts: { issuer, profile: profile.name, relaxes: profile.relaxes.join('; ') },
    });
  }
  return { record, keys: keysOf(record, runtime) };
}

/** Believes these issuers, for as long as the service runs. */
export function createTrusts(records: readonly IssuerRecord[], runtime: Runtime): Trusts {
  const all = records.map((record) => createTrust(record, runtime));
  const byIssuer = new Map(all.map((trust) => [trust.record.issuer, accept(trust)]));
  // Requests of the same issuer follow each other.
  let last: Accepted<Trust> | undefined;
  return {
    find: (issuer) => {
      if (last?.value.record.issuer === issuer) return last;
      const found = byIssuer.get(issuer);
      if (found === undefined) return unknownIssuer(issuer);
      last = found;
      return found;
    },
    ready: async () => {
      await Promise.all(all.map(async ({ keys }) => keys.ready?.()));
    },
    close: async () => {
      await Promise.all(all.map(async ({ keys }) => keys.close?.()));
    },
  };
}
