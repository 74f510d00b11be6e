/** The rows of the table of reasons about keys of the past, which verify what was signed long before it is read. */
import type { ReasonRow } from './reason-row.ts';

/** Part of the table; read `reasons`. */
export const keyReasons = {
  KEY_REVOKED: {
    status: 401,
    oauthError: null,
    owner: 'caller',
    publicSentence: 'The signature was rejected.',
    meaning: 'It was signed with a key that its owner has revoked.',
    fix: 'Nothing, if the key was stolen. What its owner really sent has to be sent again, signed with a new key.',
  },
  KEY_NOT_VALID_THEN: {
    status: 401,
    oauthError: null,
    owner: 'caller',
    publicSentence: 'The signature was rejected.',
    meaning: 'It says that it was signed at a time at which its key did not sign.',
    fix: 'Compare the dates of the key with that time, and the clocks; otherwise treat it as an attack.',
  },
} as const satisfies Record<string, ReasonRow>;
