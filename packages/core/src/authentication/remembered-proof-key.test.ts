/** Which keys of proofs a service remembers: those that a good token is bound to. */
import { expect, test } from 'vitest';
import { factsWith } from '../enforcement/pipeline.test-kit.ts';
import { FaultCollector } from '../errors/configuration-error.ts';
import { accept, refuse, type Outcome } from '../errors/outcome.ts';
import { Secret } from '../errors/secret.ts';
import type { VerifiedIdentity } from '../identity/caller.ts';
import { jwkThumbprint } from '../signature/jwk-thumbprint.ts';
import { signingKey } from '../signature/signing-key.test-kit.ts';
import { checkDpop } from '../token/dpop-options.ts';
import { accessToken, bareJwk, origin, proofKey, proofWith } from '../token/dpop.test-kit.ts';
import { createProofKeys, type ProofKeys } from '../token/proof-key.ts';
import { now, runtimeWith } from '../token/token.test-kit.ts';
import { createProofOfPossession } from './proof-of-possession.ts';

const bound = jwkThumbprint(proofKey.jwk);
const identity = { evidence: {} } as VerifiedIdentity;
/** As `accessToken` judges: the token is bound to one key. */
const identify = (thumbprint: string): Outcome<VerifiedIdentity> =>
  thumbprint === bound ? accept(identity) : refuse('BINDING_MISMATCH', 'cnf.jkt');

/** What a service remembers while it judges these proofs, and its answers. */
async function judge(...proofs: readonly string[]) {
  const known = createProofKeys();
  const remembered = new Set<string>();
  const keys: ProofKeys = {
    find: (header) => known.find(header),
    remember: (header, key) => {
      remembered.add(key.thumbprint);
      known.remember(header, key);
    },
  };
  const used = new Set<string>();
  const replayStore = { remember: (key: string) => used.size < used.add(key).size };
  const record = checkDpop(new FaultCollector('test'), { origin, replayStore }, 'dpop.');
  const clock = { now: () => now * 1000, monotonic: () => now * 1000 };
  const possession = createProofOfPossession(record, runtimeWith({ clock }), keys);
  const answers: Outcome<VerifiedIdentity>[] = [];
  for (const proof of proofs) {
    const credential = { kind: 'dpop-token', token: new Secret(accessToken), proofs: [new Secret(proof)] } as const;
    answers.push(await possession.prove(credential, factsWith(), identify));
  }
  return { answers: answers.map((one) => (one.ok ? 'ok' : one.reason)), remembered: [...remembered] };
}

test('the key that the token is bound to is remembered, and what follows is judged as before', async () => {
  const forged = proofWith({ jti: 'jti-3' }, { jwk: bareJwk(proofKey) }, signingKey('ES256', 'other'));
  expect(await judge(proofWith(), proofWith({ jti: 'jti-2' }), proofWith(), forged)).toEqual({
    answers: ['ok', 'ok', 'PROOF_REPLAYED', 'PROOF_INVALID'],
    remembered: [bound],
  });
});

test.each<[string, string, string]>([
  ['a key that the token is not bound to', proofWith({}, {}, signingKey('ES256', 'other')), 'BINDING_MISMATCH'],
  ['a proof for another method', proofWith({ htm: 'POST' }), 'PROOF_INVALID'],
  ['a proof for another token', proofWith({ ath: 'AAAA' }), 'PROOF_INVALID'],
  [
    'a proof that another key signed',
    proofWith({}, { jwk: bareJwk(proofKey) }, signingKey('ES256', 'x')),
    'PROOF_INVALID',
  ],
])('nothing is remembered of %s', async (_case, proof, reason) => {
  expect(await judge(proof)).toEqual({ answers: [reason], remembered: [] });
});
