/** The SPIFFE bundle document (SPIFFE Trust Domain and Bundle §4): the authorities and token keys of a trust domain. */
import { X509Certificate } from 'node:crypto';
import { certificatesOf } from './der-of-pem.ts';
import type { JwksDocument } from '../token-minter.ts';

/** The document. */
export interface SpiffeBundleDocument extends JwksDocument {
  readonly spiffe_sequence?: number;
  /** Seconds. */
  readonly spiffe_refresh_hint?: number;
}

/** What a document says. */
export interface BundleDocumentRequest {
  /** The authorities: PEM of one or several. */
  readonly bundlePem: string;
  /** Keys of JWT-SVIDs, with `use: jwt-svid`, e.g. `bundle` of `createJwtSvidMinter`. */
  readonly jwtKeys?: JwksDocument;
  readonly sequence?: number;
  readonly refreshHintSeconds?: number;
}

/** The entry of an authority (§4.2.2): its key, and its certificate in `x5c`. */
function authorityJwk(der: Uint8Array): Readonly<Record<string, unknown>> {
  const jwk = new X509Certificate(der).publicKey.export({ format: 'jwk' });
  return { use: 'x509-svid', ...jwk, x5c: [Buffer.from(der).toString('base64')] };
}

/** Writes the document. */
export function bundleDocument(request: BundleDocumentRequest): SpiffeBundleDocument {
  const { bundlePem, jwtKeys, sequence, refreshHintSeconds } = request;
  return {
    keys: [...certificatesOf(bundlePem).map(authorityJwk), ...(jwtKeys?.keys ?? [])],
    ...(sequence !== undefined && { spiffe_sequence: sequence }),
    ...(refreshHintSeconds !== undefined && { spiffe_refresh_hint: refreshHintSeconds }),
  };
}
