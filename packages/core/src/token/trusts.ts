/**
 * The issuers that a service believes, each with the source of its keys. The unverified `iss` of a token selects one of
 * them by its exact text and does nothing else.
 */
import type { MaybePromise } from '../errors/outcome.ts';
import type { Runtime } from '../runtime/runtime.ts';
import type { KeySource } from '../signature/key-source.ts';
import type { LocateKeys } from '../signature/locate-keys.ts';
import { createRemoteKeySet } from '../signature/remote-key-set.ts';
import { locateKeys } from './discovery.ts';
import type { IssuerRecord } from './issuer.ts';

/** An issuer at work. */
export interface Trust {
  readonly record: IssuerRecord;
  readonly keys: KeySource;
}

/** Finds the trust in an issuer. */
export interface Trusts {
  find(issuer: string): MaybePromise<Trust | undefined>;
  ready(): Promise<void>;
  close(): Promise<void>;
}

/** Puts an issuer to work: its keys as given, or fetched and kept fresh. */
export function createTrust(record: IssuerRecord, runtime: Runtime): Trust {
  const { issuer, keySet } = record;
  const locate: LocateKeys = (signal) => locateKeys(record, runtime, signal);
  return { record, keys: keySet ?? createRemoteKeySet({ issuer, locate, runtime }) };
}

/** Believes these issuers, for as long as the service runs. */
export function createTrusts(records: readonly IssuerRecord[], runtime: Runtime): Trusts {
  const byIssuer = new Map(records.map((record) => [record.issuer, createTrust(record, runtime)]));
  const all = [...byIssuer.values()];
  return {
    find: (issuer) => byIssuer.get(issuer),
    ready: async () => {
      await Promise.all(all.map(async ({ keys }) => keys.ready?.()));
    },
    close: async () => {
      await Promise.all(all.map(async ({ keys }) => keys.close?.()));
    },
  };
}
