/** DER, as the SPIFFE Workload API carries certificates and keys, of the PEM that the test authority writes. */
import { createPrivateKey, X509Certificate } from 'node:crypto';

const block = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/** The certificates of a PEM text, in their order. */
export function certificatesOf(pem: string): readonly Buffer[] {
  return (pem.match(block) ?? []).map((one) => new X509Certificate(one).raw);
}

/** The private key of a PEM text as PKCS #8. */
export function privateKeyOf(pem: string): Buffer {
  return createPrivateKey(pem).export({ type: 'pkcs8', format: 'der' });
}
