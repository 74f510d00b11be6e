/**
 * What the test issuer remembers: opaque tokens, and what was withdrawn, for as long as the process runs. Instances of
 * the server that follow one another on its port share it, so that tokens outlive a rotation of keys. Tokens are judged
 * by the clock of the issuer. `oidc-provider` knows no clock but that of the machine, so it is told of no end.
 */
import type { AdapterFactory, AdapterPayload } from 'oidc-provider';
import type { IssuerClock } from './issuer-clock.ts';

/** When a token was issued, and when it ends: epoch seconds of the issuer. */
export interface TokenDates {
  readonly iat: number;
  readonly exp: number;
}

/** The store. */
export interface IssuerStore {
  readonly adapter: AdapterFactory;
  /** What is known of an opaque token that is still good. */
  find(token: string): AdapterPayload | undefined;
  /** The dates of an opaque token, by its id. */
  datesOf(token: string): TokenDates | undefined;
  /** From now on this token is none. */
  withdraw(token: string): void;
  isWithdrawn(token: string): boolean;
}

const tokenModels: readonly string[] = ['AccessToken', 'ClientCredentials'];
const farAway = 32_503_680_000;

/** Makes it, empty. */
export function createIssuerStore(clock: IssuerClock): IssuerStore {
  const rows = new Map<string, AdapterPayload>();
  const withdrawn = new Set<string>();
  const rowOf = (token: string): AdapterPayload | undefined =>
    tokenModels.map((model) => rows.get(`${model}:${token}`)).find((row) => row !== undefined);
  const find = (token: string): AdapterPayload | undefined => {
    const row = rowOf(token);
    return row !== undefined && !withdrawn.has(token) && clock.seconds() < (row.exp ?? 0) ? row : undefined;
  };
  return {
    // The store that comes with the server warns about production. Nothing of ours outlives the process anyway.
    adapter: (model) => ({
      upsert: async (id, payload) => {
        rows.set(`${model}:${id}`, payload);
      },
      find: async (id) => {
        const row = rows.get(`${model}:${id}`);
        if (row === undefined || !tokenModels.includes(model)) return row;
        return find(id) === undefined ? undefined : { ...row, exp: farAway };
      },
      findByUserCode: async () => undefined,
      findByUid: async () => undefined,
      consume: async () => {},
      destroy: async (id) => {
        rows.delete(`${model}:${id}`);
      },
      revokeByGrantId: async () => {},
    }),
    find,
    datesOf: (token) => {
      const { iat, exp } = rowOf(token) ?? {};
      return iat === undefined || exp === undefined ? undefined : { iat, exp };
    },
    withdraw: (token) => void withdrawn.add(token),
    isWithdrawn: (token) => withdrawn.has(token),
  };
}
