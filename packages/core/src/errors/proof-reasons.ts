/** The rows of the table of reasons about DPoP proofs (RFC 9449), and about the store that notices their replay. */
import type { ReasonRow } from './reason-row.ts';

const proofRejected = 'The DPoP proof was rejected.';

/** Part of the table; read `reasons`. */
export const proofReasons = {
  PROOF_INVALID: {
    status: 401,
    oauthError: 'invalid_dpop_proof',
    owner: 'caller',
    publicSentence: proofRejected,
    meaning: 'There is not exactly one DPoP proof, or a check of RFC 9449 §4.3 fails; the detail names it.',
    fix: 'Make one proof for each request: its method, its URL at the configured origin, its token, the time now.',
  },
  PROOF_REPLAYED: {
    status: 401,
    oauthError: 'invalid_dpop_proof',
    owner: 'caller',
    publicSentence: proofRejected,
    meaning: 'A proof with this jti was used before, under the same key and for the same URL.',
    fix: 'Make a new proof, with a new jti, for every attempt. If the client does, somebody replays its requests.',
  },
  PROOF_NONCE_REQUIRED: {
    status: 401,
    oauthError: 'use_dpop_nonce',
    owner: 'caller',
    publicSentence: 'The DPoP proof needs a nonce of this service.',
    meaning: 'The proof carries no nonce of this service, or one that is no longer current.',
    fix: 'Nothing: a client takes the nonce of the DPoP-Nonce header and tries again, once (RFC 9449 §9).',
  },
  REPLAY_STORE_UNAVAILABLE: {
    status: 503,
    oauthError: null,
    owner: 'dependency',
    publicSentence: 'The service cannot decide right now. Try again later.',
    meaning: 'The replay store failed, did not answer in time or is full, so nobody knows whether the proof is new.',
    fix: 'Repair the store. Where an outage must not refuse, a waiver permits it (allowReplayStoreOutage).',
  },
} as const satisfies Record<string, ReasonRow>;
