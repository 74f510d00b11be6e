/**
 * Certificates as PEM (RFC 7468 §5) in percent-encoding: what nginx (`$ssl_client_escaped_cert`), Envoy (`Cert`, `Chain`)
 * and AWS load balancers write. A plus sign is a plus sign.
 */
import { judgeSafely } from '../../errors/judge-safely.ts';
import { accept, type Outcome } from '../../errors/outcome.ts';
import { chainLimit, maximumChain, readBase64, readDer, type CertificateChain } from './certificate-bytes.ts';
import { malformed } from './malformed.ts';

const encoded = /^(?:[ !#$&-~]|%[0-9A-Fa-f]{2})+$/;
const block =
  /-----BEGIN CERTIFICATE-----\r?\n((?:[A-Za-z0-9+/]{1,76}={0,2}\r?\n)+)-----END CERTIFICATE-----(?:\r?\n|$)/y;

/** Decodes to bytes, each one character. What is no ASCII then is no PEM. */
function decode(text: string): string {
  return text.replaceAll(/%(..)/g, (_all, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)));
}

/** Reads one certificate or more, leaf first, with nothing around them. They are presented, not verified. Never throws. */
export function parseEncodedPem(header: string): Outcome<CertificateChain> {
  return judgeSafely(() => {
    if (header.length > chainLimit) return malformed('pem', `at most ${chainLimit} characters`);
    if (!encoded.test(header)) return malformed('pem', 'percent-encoded text');
    const text = decode(header);
    const chain = [];
    for (let at = 0; at < text.length; at = block.lastIndex) {
      block.lastIndex = at;
      const [, body = ''] = block.exec(text) ?? [];
      const bytes = readBase64(body.replaceAll(/[\r\n]/g, ''));
      const certificate = bytes && readDer(bytes);
      if (certificate === undefined) return malformed('pem', 'certificates and nothing else');
      chain.push(certificate);
      if (chain.length > maximumChain) return malformed('pem', `at most ${maximumChain} certificates`);
    }
    return accept(chain as unknown as CertificateChain);
  });
}
