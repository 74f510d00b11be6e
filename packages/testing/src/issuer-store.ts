/**
 * What the test issuer remembers: opaque tokens, for as long as the process runs. Instances of the server that follow one
 * another on its port share it, so that tokens outlive a rotation of keys.
 */
import type { AdapterFactory, AdapterPayload } from 'oidc-provider';

/** The store. */
export interface IssuerStore {
  readonly adapter: AdapterFactory;
  /** Forgets an opaque token. */
  withdraw(token: string): void;
}

const clientTokens = 'ClientCredentials';

/** Makes it, empty. */
export function createIssuerStore(): IssuerStore {
  const rows = new Map<string, AdapterPayload>();
  return {
    // The store that comes with the server warns about production. Nothing of ours outlives the process anyway.
    adapter: (model) => ({
      upsert: async (id, payload) => {
        rows.set(`${model}:${id}`, payload);
      },
      find: async (id) => rows.get(`${model}:${id}`),
      findByUserCode: async () => undefined,
      findByUid: async () => undefined,
      consume: async () => {},
      destroy: async (id) => {
        rows.delete(`${model}:${id}`);
      },
      revokeByGrantId: async () => {},
    }),
    withdraw: (token) => {
      rows.delete(`${clientTokens}:${token}`);
    },
  };
}
