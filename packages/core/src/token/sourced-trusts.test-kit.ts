/** Pieces for tests of issuer sources: trusts over a source that can change its mind, on a clock of our own. */
import type { MaybePromise, Outcome } from '../errors/outcome.ts';
import type { Notice } from '../runtime/notice.ts';
import { signingKey } from '../signature/signing-key.test-kit.ts';
import type { AnyIssuerOptions, IssuerOptions } from './issuer-options.ts';
import type { IssuerCacheOptions } from './issuer-source.ts';
import { createSourcedTrusts, defaultIssuerCache } from './sourced-trusts.ts';
import type { JudgedToken } from './judged-token.ts';
import { createTokenVerifier } from './token-verifier.ts';
import { now, runtimeWith, tokenWith } from './token.test-kit.ts';
import type { Trust } from './trusts.ts';

export const key = signingKey('ES256');
export const other = signingKey('ES256', 'other');
const jwks = { keys: [key.jwk] };
export const a = 'https://a.test';

export const recordOf = (issuer: string, more: AnyIssuerOptions = {}) => ({ issuer, jwks, ...more }) as IssuerOptions;

export type Answer = (issuer: string) => MaybePromise<IssuerOptions | undefined>;

export function sourced(answer: Answer, limits: IssuerCacheOptions = {}) {
  const asked: string[] = [];
  const notices: Notice[] = [];
  const clock = { at: 0, now: () => now * 1000, monotonic: () => clock.at };
  const runtime = runtimeWith({ clock, notify: (notice) => void notices.push(notice) });
  const state = { answer };
  const source = {
    find: (issuer: string) => {
      asked.push(issuer);
      return state.answer(issuer);
    },
  };
  const trusts = createSourcedTrusts({ source, limits: { ...defaultIssuerCache, ...limits } }, runtime);
  const verifier = createTokenVerifier(trusts, runtime);
  const verify = async (token: string): Promise<Outcome<JudgedToken>> => verifier.verify(token);
  const find = async (issuer: string): Promise<Outcome<Trust>> => trusts.find(issuer);
  return { asked, notices, clock, state, trusts, verify, find };
}

export const known: Answer = (issuer) => (issuer.startsWith(a) ? recordOf(issuer) : undefined);
export const tokenOf = (iss: unknown, signer = key) => tokenWith({ iss }, {}, signer);
