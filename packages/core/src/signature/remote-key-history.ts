/** Keys with their dates, fetched and kept fresh in the way of a remote key set. */
import { readHistoricalKeys } from './historical-keys.ts';
import type { HistoricalKeySelector, KeyHistory } from './key-history.ts';
import type { ReadKeys } from './read-keys.ts';
import { RemoteKeySet, type RemoteKeySetOptions } from './remote-key-set.ts';

function read(document: { readonly keys?: unknown }): ReadKeys<HistoricalKeySelector> | string {
  const found = readHistoricalKeys(document);
  if (typeof found === 'string') return found;
  const { history, size, refused } = found;
  return { keySet: { find: (selector) => history.find(selector), size }, refused };
}

/** Makes the source. */
export function createRemoteKeyHistory(options: RemoteKeySetOptions): Required<KeyHistory> {
  return new RemoteKeySet<HistoricalKeySelector>(options, read);
}
