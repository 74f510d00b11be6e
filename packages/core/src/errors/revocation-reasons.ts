/** The rows of the table of reasons about revoked tokens, and about the store that knows of them. */
import type { ReasonRow } from './reason-row.ts';

/** Part of the table; read `reasons`. */
export const revocationReasons = {
  TOKEN_REVOKED: {
    status: 401,
    oauthError: 'invalid_token',
    owner: 'caller',
    publicSentence: 'The token was rejected.',
    meaning: 'The token was revoked: by its id, its subject, its client, its signing key or the time of its issue.',
    fix: 'Nothing, if the order was meant. A caller that was not meant gets a new token, issued after the order.',
  },
  REVOCATION_STORE_UNAVAILABLE: {
    status: 503,
    oauthError: null,
    owner: 'dependency',
    publicSentence: 'The service cannot decide right now. Try again later.',
    meaning: 'The revocation store failed or did not answer in time, so nobody knows whether the token is revoked.',
    fix: 'Repair the store. Where an outage must not refuse, a waiver permits it (allowRevocationStoreOutage).',
  },
} as const satisfies Record<string, ReasonRow>;
