/** The rows of the table of reasons about revoked tokens and certificates, and about who knows of them. */
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
  CERTIFICATE_REVOKED: {
    status: 401,
    oauthError: null,
    owner: 'caller',
    publicSentence: 'The client certificate was rejected.',
    meaning: 'The certificate, or one it depends on, was revoked: by a list of its authority, or by an order of yours.',
    fix: 'Nothing, if it was meant. A workload that was not meant gets a new certificate, with a new key.',
  },
  REVOCATION_LIST_UNAVAILABLE: {
    status: 503,
    oauthError: null,
    owner: 'dependency',
    publicSentence: 'The service cannot decide right now. Try again later.',
    meaning: 'The bundle brings revocation lists, and none of this issuer is current and signed by it.',
    fix: 'Publish lists for every authority of the path before their nextUpdate, and reload the bundle with them.',
  },
  REVOCATION_STORE_UNAVAILABLE: {
    status: 503,
    oauthError: null,
    owner: 'dependency',
    publicSentence: 'The service cannot decide right now. Try again later.',
    meaning:
      'The revocation store failed or did not answer in time, so nobody knows whether the credential is revoked.',
    fix: 'Repair the store. Where an outage must not refuse, a waiver permits it (allowRevocationStoreOutage).',
  },
} as const satisfies Record<string, ReasonRow>;
