/**
 * Takes concatenated DER certificates apart (SPIFFE Workload API §5.1): nothing stands between them, so the length of
 * each SEQUENCE says where the next one begins. Anything else than whole certificates to the last byte is refused.
 */
import { X509Certificate } from 'node:crypto';

const sequence = 0x30;
const maximumCertificates = 1_000;

/** Where the element at `from` ends; nothing when it is no SEQUENCE with a definite, minimal length within the bytes. */
function endOfSequence(bytes: Buffer, from: number): number | undefined {
  const first = bytes[from + 1];
  if (bytes[from] !== sequence || first === undefined) return undefined;
  if (first < 0x80) return withinBytes(bytes, from + 2 + first);
  const count = first & 0x7f;
  const start = from + 2 + count;
  if (count === 0 || count > 3 || start > bytes.length) return undefined;
  const length = bytes.readUIntBE(from + 2, count);
  const least = count === 1 ? 0x80 : 256 ** (count - 1);
  return length < least ? undefined : withinBytes(bytes, start + length);
}

function withinBytes(bytes: Buffer, end: number): number | undefined {
  return end <= bytes.length ? end : undefined;
}

/** The certificates. Answers the problem, as a phrase. */
export function splitCertificates(bytes: Buffer): readonly X509Certificate[] | string {
  const certificates: X509Certificate[] = [];
  for (let at = 0; at < bytes.length;) {
    const end = endOfSequence(bytes, at);
    if (end === undefined) return 'is not whole DER certificates';
    if (certificates.length >= maximumCertificates) return `holds more than ${maximumCertificates} certificates`;
    try {
      certificates.push(new X509Certificate(bytes.subarray(at, end)));
    } catch {
      return 'holds a certificate that cannot be read';
    }
    at = end;
  }
  return certificates;
}

/** The certificates as PEM, in order. */
export function pemOf(certificates: readonly X509Certificate[]): string {
  return certificates.map((certificate) => certificate.toString()).join('');
}
