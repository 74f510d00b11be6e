/**
 * Whether a certificate is for a host name, by its DNS names and addresses (RFC 9525 §6.3). Node falls back to the
 * common name of a certificate that has no such names; that is not done here.
 */
import { checkServerIdentity, type PeerCertificate } from 'node:tls';

const nobody = {} as PeerCertificate['subject'];

/** For the option `checkServerIdentity` of `tls.connect`. */
export function checkHostName(host: string, certificate: PeerCertificate): Error | undefined {
  return checkServerIdentity(host, { ...certificate, subject: nobody });
}
