/** A chain of certificates, leaf first, as PEM, as DER one behind the other, or as Node has it. Strict and bounded. */
import { X509Certificate } from 'node:crypto';
import { derTags, readElement } from './der.ts';

/** A chain, leaf first. */
export type CertificateChainInput = string | Uint8Array | readonly X509Certificate[];

const maximumCertificates = 16;
const pemText = /^\s*(?:-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----\s*)+$/;
const pemBlock = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

function splitDer(bytes: Uint8Array): readonly Uint8Array[] {
  const parts: Uint8Array[] = [];
  for (let at = 0; at < bytes.length && parts.length <= maximumCertificates;) {
    const element = readElement(bytes, at, bytes.length);
    if (element?.tag !== derTags.sequence) return [];
    parts.push(bytes.subarray(at, element.end));
    at = element.end;
  }
  return parts;
}

function partsOf(chain: unknown): readonly (string | Uint8Array | X509Certificate)[] {
  if (typeof chain === 'string') return pemText.test(chain) ? (chain.match(pemBlock) ?? []) : [];
  if (chain instanceof Uint8Array) return splitDer(chain);
  return Array.isArray(chain) && chain.every((one) => one instanceof X509Certificate) ? chain : [];
}

/** Reads a chain; undefined when it is none, or longer than 16. Never throws on text or bytes. */
export function readChain(chain: unknown): readonly [X509Certificate, ...X509Certificate[]] | undefined {
  const parts = partsOf(chain);
  if (parts.length > maximumCertificates) return undefined;
  try {
    const [leaf, ...more] = parts.map((part) => (part instanceof X509Certificate ? part : new X509Certificate(part)));
    return leaf === undefined ? undefined : [leaf, ...more];
  } catch {
    return undefined;
  }
}
