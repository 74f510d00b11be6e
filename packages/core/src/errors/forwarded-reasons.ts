/** The rows of the table of reasons about callers behind a proxy. */
import type { ReasonRow } from './reason-row.ts';

/** Part of the table; read `reasons`. */
export const forwardedReasons = {
  FORWARDED_IDENTITY_UNTRUSTED: {
    status: 403,
    oauthError: null,
    owner: 'caller',
    publicSentence: 'The caller may not do this.',
    meaning:
      'A header tells of a client certificate, and the direct peer is not the proxy that may; or the element is addressed to another service.',
    fix: 'If it came from your proxy, prove that proxy in `forwarded.from`, or list its `by`. If not, somebody tried to be another caller.',
  },
  FORWARDED_IDENTITY_MALFORMED: {
    status: 400,
    oauthError: 'invalid_request',
    owner: 'caller',
    publicSentence: 'The credential is malformed.',
    meaning:
      'The proxy is proven, but the headers are not what its format says: doubled, half there, of another format, or not well formed.',
    fix: 'Let the proxy remove every such header of its clients, and write its own. The detail names the header or the part.',
  },
} as const satisfies Record<string, ReasonRow>;
