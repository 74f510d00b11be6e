/** Where issuer records come from when an operator serves many tenants. One method over the operator's own list. */
import type { MaybePromise } from '../errors/outcome.ts';
import type { IssuerOptions } from './issuer-options.ts';

/** Finds issuers. */
export interface IssuerSource {
  /**
   * The record of an issuer, `undefined` when there is none. `issuer` is unverified text of at most 2,048 characters:
   * compare it to the letter, and build no address, path or query from it. Trust domains of JWT-SVIDs are asked for
   * by their SPIFFE ID, e.g. `spiffe://prod.example`.
   * @throws or rejects when it cannot tell. The request is then refused (`ISSUER_SOURCE_UNAVAILABLE`).
   */
  find(issuer: string): MaybePromise<IssuerOptions | undefined>;
}

/** How long answers of an issuer source are remembered. */
export interface IssuerCacheOptions {
  /** Most issuers that are kept at work. Default 1,000. */
  readonly maximumIssuers?: number;
  /** After this the source is asked again about an issuer it knows, in seconds. Default 60, at most 3,600. */
  readonly knownSeconds?: number;
  /** After this the source is asked again about an issuer it does not know, in seconds. Default 10, at most 3,600. */
  readonly unknownSeconds?: number;
}
