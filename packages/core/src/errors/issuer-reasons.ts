/** The rows of the table of reasons about finding the issuer of a token. */
import type { ReasonRow } from './reason-row.ts';

/** Part of the table; read `reasons`. */
export const issuerReasons = {
  TOKEN_LEGACY_SERVICE_ACCOUNT: {
    status: 401,
    oauthError: 'invalid_token',
    owner: 'caller',
    publicSentence: 'The token was rejected.',
    meaning: 'The token is a Kubernetes service-account token of the old kind: it never expires and names no audience.',
    fix: 'Mount a projected token with the audience of this service (`serviceAccountToken`), and delete the Secret.',
  },
  ISSUER_SOURCE_UNAVAILABLE: {
    status: 503,
    oauthError: null,
    owner: 'dependency',
    publicSentence: 'The service cannot decide right now. Try again later.',
    meaning:
      'The issuer source threw, rejected or did not answer in time, so nobody knows whether the issuer is trusted.',
    fix: 'Look at the source behind `issuers` (see the detail), and let it answer undefined for an unknown issuer.',
  },
} as const satisfies Record<string, ReasonRow>;
