/** The document of a bundle endpoint (SPIFFE Trust Domain and Bundle §4), for the trust domain that was configured. */
import { parseStrictJson, trustBundle, type JsonObject, type JwtBundle, type TrustBundle } from '@countersign/core';

/** What a document holds. */
export interface BundleDocument {
  /** Nothing when it has no authorities: every X.509-SVID of the domain is refused then. */
  readonly x509: TrustBundle | undefined;
  readonly jwt: JwtBundle;
  readonly sequence: bigint | undefined;
  readonly refreshHintSeconds: number | undefined;
}

/** Reads a document. Answers the problem, as a phrase. */
export function readBundleDocument(text: string, trustDomain: string): BundleDocument | string {
  const document = parseStrictJson(text);
  if (!document.ok) return `the document ${document.problem}`;
  const { keys, spiffe_sequence: sequence, spiffe_refresh_hint: hint } = document.value;
  if (!Array.isArray(keys)) return 'the document has no list of keys';
  const list = keys as readonly JsonObject[];
  const x5c = list.flatMap((key) => (key['use'] === 'x509-svid' && Array.isArray(key['x5c']) ? [key['x5c'][0]] : []));
  const pem = x5c.map((one) => `-----BEGIN CERTIFICATE-----\n${String(one)}\n-----END CERTIFICATE-----\n`).join('');
  return {
    x509: pem === '' ? undefined : trustBundle({ trustDomain, pem }),
    jwt: { trustDomain, keys: list.filter((key) => key['use'] === 'jwt-svid') },
    sequence: typeof sequence === 'number' ? BigInt(sequence) : undefined,
    refreshHintSeconds: typeof hint === 'number' ? hint : undefined,
  };
}
