/** The rows of the table of reasons about asking the issuer (RFC 7662). */
import type { ReasonRow } from './reason-row.ts';

/** Part of the table; read `reasons`. */
export const introspectionReasons = {
  TOKEN_INACTIVE: {
    status: 401,
    oauthError: 'invalid_token',
    owner: 'caller',
    publicSentence: 'The token was rejected.',
    meaning: 'The issuer was asked, and says that the token is not active: unknown, expired, withdrawn, not for us.',
    fix: 'Get a fresh token. If it is fresh, check that the issuer lets this service ask about tokens of that client.',
  },
  INTROSPECTION_UNAVAILABLE: {
    status: 503,
    oauthError: null,
    owner: 'dependency',
    publicSentence: 'The service cannot decide right now. Try again later.',
    meaning: 'The issuer was to be asked about the token, and gave no answer that counts.',
    fix: 'Check the issuer, the way to it, and the client credentials of this service; the notices carry the cause.',
  },
} as const satisfies Record<string, ReasonRow>;
