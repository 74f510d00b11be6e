/**
 * A token that stood every check. A token that is remembered is the same object on every request, so what is made of it
 * lies beside it, in slots: a `WeakMap` from token to value would miss the caches of the processor on every request.
 *
 * A token belongs to the verifier that judged it, and so to one authenticator with its one revocation store. A token
 * with something changed is another one, and begins with empty slots.
 */
import type { Accepted } from '../errors/outcome.ts';
import type { VerifiedIdentity } from '../identity/caller.ts';
import type { Algorithm } from '../signature/algorithms.ts';
import type { Confirmation } from './confirmation.ts';
import type { IssuerRecord } from './issuer.ts';
import type { Standing } from '../store/revocation-check.ts';
import type { EvidentIdentity } from './token-revocation.ts';
import type { VerifiedToken } from './verify-token.ts';

/** What is known about a token that stood every check. */
export interface TokenFacts {
  /** The record that judged it. */
  readonly record: IssuerRecord;
  readonly token: VerifiedToken;
  readonly type: string;
  /** Of the signature; undefined for an opaque token. */
  readonly algorithm: Algorithm | undefined;
  readonly keyId: string | undefined;
  /** The key that verified it; undefined for an opaque token. */
  readonly keyFingerprint: string | undefined;
  /** The id under which the issuer publishes that key: a token may leave it out. */
  readonly publishedKeyId?: string | undefined;
}

/** The token. */
export class JudgedToken implements TokenFacts {
  readonly record: IssuerRecord;
  readonly token: VerifiedToken;
  readonly type: string;
  readonly algorithm: Algorithm | undefined;
  readonly keyId: string | undefined;
  readonly keyFingerprint: string | undefined;
  readonly publishedKeyId: string | undefined;
  /** That of the token, once more: every request reads it. */
  readonly confirmation: Confirmation | undefined;
  /** What it proves about its caller. Slot of `identityOfToken`. */
  identity: Accepted<VerifiedIdentity> | undefined = undefined;
  /** What is asked of the revocation store about it. Slot of `createTokenRevocation`, as the next one is. */
  standing: Standing | undefined = undefined;
  /** What was made of it last, whose evidence is followed. */
  followed: EvidentIdentity | undefined = undefined;

  constructor({ record, token, type, algorithm, keyId, keyFingerprint, publishedKeyId }: TokenFacts) {
    this.record = record;
    this.token = token;
    this.type = type;
    this.algorithm = algorithm;
    this.keyId = keyId;
    this.keyFingerprint = keyFingerprint;
    this.publishedKeyId = publishedKeyId;
    this.confirmation = token.confirmation;
  }

  /** The token as its issuer narrowed it since. */
  narrowedTo(token: VerifiedToken): JudgedToken {
    const { record, type, algorithm, keyId, keyFingerprint, publishedKeyId } = this;
    return new JudgedToken({ record, token, type, algorithm, keyId, keyFingerprint, publishedKeyId });
  }
}
