/** What OpenSSL said of a certificate that it did not accept, as a reason of ours. */
import type { PeerCertificate } from '../credential/request-facts.ts';
import { refuse, type Refusal } from '../errors/outcome.ts';
import type { Reason } from '../errors/reason.ts';

/** What OpenSSL says of a certificate or a list, where that is more than "not trusted". */
const tlsReasons: ReadonlyMap<string, Reason> = new Map([
  ['CERT_HAS_EXPIRED', 'CERTIFICATE_EXPIRED'],
  ['CERT_NOT_YET_VALID', 'CERTIFICATE_EXPIRED'],
  ['CERT_REVOKED', 'CERTIFICATE_REVOKED'],
  ['UNABLE_TO_GET_CRL', 'REVOCATION_LIST_UNAVAILABLE'],
  ['CRL_HAS_EXPIRED', 'REVOCATION_LIST_UNAVAILABLE'],
  ['CRL_NOT_YET_VALID', 'REVOCATION_LIST_UNAVAILABLE'],
  ['CRL_SIGNATURE_FAILURE', 'REVOCATION_LIST_UNAVAILABLE'],
]);

/** The refusal. */
export function tlsRefusal({ tlsError }: PeerCertificate): Refusal {
  const found = tlsError === undefined ? {} : { actual: tlsError };
  return refuse(tlsReasons.get(tlsError ?? '') ?? 'CERTIFICATE_UNTRUSTED', 'tls', found);
}
