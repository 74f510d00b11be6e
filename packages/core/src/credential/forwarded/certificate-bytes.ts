/**
 * Certificates out of header texts: base64 and DER, each in its one spelling and bounded. What is read here is presented
 * and not verified.
 */
import { X509Certificate } from 'node:crypto';

/** Longest text of one certificate in a header, in characters. */
export const leafLimit = 16_384;
/** Longest text of a chain. */
export const chainLimit = 65_536;
/** Most certificates of a chain, the leaf among them. */
export const maximumChain = 10;

/** A chain, leaf first. */
export type CertificateChain = readonly [X509Certificate, ...X509Certificate[]];

const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** The bytes of a base64 text (RFC 4648 §4): padded, without line breaks, and spelt as an encoder would. */
export function readBase64(text: string): Buffer | undefined {
  if (text === '' || !base64.test(text)) return undefined;
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes : undefined;
}

/** The certificate of these bytes, when they are one certificate in DER and nothing else. */
export function readDer(bytes: Uint8Array): X509Certificate | undefined {
  // The constructor takes PEM as well, and DER with more behind it.
  if (bytes[0] !== 0x30) return undefined;
  try {
    const certificate = new X509Certificate(bytes);
    return Buffer.compare(certificate.raw, bytes) === 0 ? certificate : undefined;
  } catch {
    return undefined;
  }
}

/** The certificate of a base64 text. */
export function readBase64Der(text: string): X509Certificate | undefined {
  const bytes = text.length > leafLimit ? undefined : readBase64(text);
  return bytes && readDer(bytes);
}
