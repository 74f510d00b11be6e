/**
 * `X-Forwarded-Tls-Client-Cert` of Traefik (`passTLSClientCert` with `pem: true`): the body of the PEM without line
 * breaks, which is base64 of the DER; the certificates of the chain follow, after commas.
 */
import { judgeSafely } from '../../errors/judge-safely.ts';
import { accept, type Outcome } from '../../errors/outcome.ts';
import { chainLimit, maximumChain, readBase64Der, type CertificateChain } from './certificate-bytes.ts';
import { malformed } from './malformed.ts';

/** Reads it, leaf first. The certificates are presented, not verified. Never throws. */
export function parseTraefikCert(header: string): Outcome<CertificateChain> {
  return judgeSafely(() => {
    if (header.length > chainLimit) return malformed('certificates', `at most ${chainLimit} characters`);
    const chain = header.split(',', maximumChain + 1).map(readBase64Der);
    if (chain.length > maximumChain) return malformed('certificates', `at most ${maximumChain} certificates`);
    return chain.every((one) => one !== undefined)
      ? accept(chain as unknown as CertificateChain)
      : malformed('certificates', 'base64 of certificates, separated by commas');
  });
}
