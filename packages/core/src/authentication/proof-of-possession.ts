/**
 * DPoP at work in a service (RFC 9449 §7): verifies the proof beside a token, and notes that it was used. A store that
 * cannot tell leaves a proof unchecked. That is no pass: the evidence says it, and only a waiver lets such a caller on.
 */
import { createHash } from 'node:crypto';
import type { DpopToken } from '../credential/credential.ts';
import type { RequestFacts } from '../credential/request-facts.ts';
import { accept, refuse, type Accepted, type MaybePromise, type Outcome } from '../errors/outcome.ts';
import { isWaiverInForce } from '../errors/waiver.ts';
import type { VerifiedIdentity } from '../identity/caller.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { askStore, type StoreAnswer } from '../store/ask-store.ts';
import { createTellOutage } from '../store/store-outage.ts';
import { createDpopNonces } from '../token/dpop-nonces.ts';
import type { DpopRecord } from '../token/dpop-options.ts';
import {
  proofToleranceSeconds,
  verifyProofKnowing,
  type DpopExpectations,
  type DpopProof,
  type KeyedProof,
} from '../token/dpop-proof.ts';
import { createProofKeys, type ProofKeys } from '../token/proof-key.ts';
import { requestUrl } from '../token/proof-url.ts';
import { uncheckedIdentity } from './identity-of-token.ts';

/** Answers the identity of a token, when this thumbprint is that of the key it is bound to. */
export type IdentifyByKey = (thumbprint: string) => Outcome<VerifiedIdentity>;

/** Judges proofs. */
export interface ProofOfPossession {
  /**
   * The identity of a token that came with a proof. The proof is noted last, when everything else about the request is
   * good: whatever can be refused without the store must not fill it. Never throws or rejects.
   */
  prove(credential: DpopToken, facts: RequestFacts, identify: IdentifyByKey): MaybePromise<Outcome<VerifiedIdentity>>;
  ready(): Promise<void>;
}

/** How a proof is remembered: for one URL and one key, so that nobody can use up the `jti` of another. */
function replayKey({ url, thumbprint, jti }: DpopProof): string {
  // None of the first two can hold a line feed, so no two proofs have one text.
  return createHash('sha256').update(`dpop\n${url}\n${thumbprint}\n${jti}`).digest('base64url');
}

/** Puts DPoP to work. `keys` are those of proofs seen before. */
export function createProofOfPossession(
  record: DpopRecord,
  runtime: Runtime,
  keys: ProofKeys = createProofKeys(),
): ProofOfPossession {
  const { address, replayStore, maxAgeSeconds, algorithms, allowReplayStoreOutage } = record;
  const { clock } = runtime;
  const nonces = record.nonces && createDpopNonces(record.nonces, address.origin);
  const tellOutage = createTellOutage('replay', runtime);
  // A proof may come from the future by the tolerance, and the clocks of replicas differ by as much again.
  const rememberMilliseconds = (maxAgeSeconds + 2 * proofToleranceSeconds) * 1000;

  const judge = (answer: StoreAnswer<unknown>, identity: Accepted<VerifiedIdentity>): Outcome<VerifiedIdentity> => {
    if (answer.told && answer.value === true) return identity;
    if (answer.told && answer.value === false) {
      return refuse('PROOF_REPLAYED', 'proof.jti', { expected: 'a jti that was not used before' });
    }
    const waived = allowReplayStoreOutage !== undefined && isWaiverInForce(allowReplayStoreOutage, clock.now());
    tellOutage(answer.told ? 'answers neither true nor false' : answer.problem, waived);
    return accept(uncheckedIdentity(identity.value, { replay: waived ? 'waived' : 'unchecked' }));
  };

  const verify = ({ token, proofs }: DpopToken, { method, target }: RequestFacts): Outcome<KeyedProof> => {
    const now = clock.now();
    const wanted: DpopExpectations = {
      method,
      // A target that is no path is for no URL, and then no proof is for it.
      url: requestUrl(address, target) ?? '',
      accessToken: token.expose(),
      now,
      algorithms,
      maxAgeSeconds,
      ...(nonces !== undefined && { acceptsNonce: (nonce) => nonces.accepts(nonce, now) }),
    };
    const shown = proofs.map((proof) => proof.expose());
    const verified = verifyProofKnowing(keys, shown, wanted);
    if (verified.ok || verified.reason !== 'PROOF_NONCE_REQUIRED' || nonces === undefined) return verified;
    return { ...verified, nonce: nonces.current(now) };
  };

  return {
    prove: (credential, facts, identify) => {
      const verified = verify(credential, facts);
      if (!verified.ok) return verified;
      const { proof, header, key } = verified.value;
      const identity = identify(proof.thumbprint);
      if (!identity.ok) return identity;
      // A key without a token of ours is anybody's: who makes up keys moves none out of the memory.
      keys.remember(header, key);
      const asked = askStore(() => replayStore.remember(replayKey(proof), rememberMilliseconds));
      return asked instanceof Promise ? asked.then((late) => judge(late, identity)) : judge(asked, identity);
    },
    ready: async () => replayStore.ready?.(),
  };
}
