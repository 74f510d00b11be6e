/**
 * Tokens that stopped counting before their expiry: by their id, their subject, their client, their signing key, or all
 * of an issuer that were issued before some instant. Certificates likewise. One method, so that replicas can share a
 * store.
 */
import { createHash } from 'node:crypto';
import type { MaybePromise } from '../errors/outcome.ts';

/** Finds revocations. */
export interface RevocationStore {
  /**
   * The latest instant (epoch milliseconds) up to which tokens with any of these names are revoked, by their time of
   * issue; `Infinity` revokes whenever they were issued; `undefined` when no name is revoked.
   * @throws or rejects when it cannot tell. The request is then refused (`REVOCATION_STORE_UNAVAILABLE`).
   */
  revokedUntil(names: readonly string[]): MaybePromise<number | undefined>;
  /**
   * A number that changes with every order, for stores that know all orders at once, in memory. A token that no order
   * named is not asked about again until it changes. Leave it out in front of anything shared.
   */
  revision?(): number;
  /** Settles when the store can tell; rejects when it cannot. */
  ready?(): Promise<void>;
}

/** What can be revoked about tokens of an issuer. */
export type TokenRevocationKind = 'jti' | 'subject' | 'client';

/** What can be revoked about certificates of a trust domain or PKI. */
export type CertificateRevocationKind = 'certificate' | 'serial' | 'workload';

/** What can be revoked; a key and an issuer of both. */
export type RevocationKind = TokenRevocationKind | CertificateRevocationKind | 'key' | 'issuer';

/** One revocation, as an operator orders it. */
export interface Revocation {
  /** As tokens carry it in `iss`. For certificates `spiffe://` and the trust domain, or `pki:` and the name of the PKI. */
  readonly issuer: string;
  readonly kind: RevocationKind;
  /**
   * The `jti`, `sub`, client id or key id. With `issuer`, nothing. A key can also be named by the SHA-256 of its SPKI in
   * base64url: that holds under whatever id the issuer publishes it, and is how the key of a certificate is named. A
   * certificate is named by its SHA-256 or serial number, in upper-case hex, or by the id of its workload.
   */
  readonly value?: string;
  /**
   * Tokens issued up to this instant (epoch milliseconds) are revoked, and certificates that began by then. Default:
   * whenever that was.
   */
  readonly issuedUntil?: number;
}

const digestLength = 22;

/** The name under which a store keeps a revocation: a digest, because claims are long and personal. */
export function revocationName(kind: RevocationKind, issuer: string, value = ''): string {
  return createHash('sha256').update(`${kind}\0${issuer}\0${value}`).digest('base64url').slice(0, digestLength);
}
