/** One certificate as base64 of its DER: what HAProxy (`ssl_c_der,base64`) and Caddy (`certificate_der_base64`) write. */
import type { X509Certificate } from 'node:crypto';
import { judgeSafely } from '../../errors/judge-safely.ts';
import { accept, type Outcome } from '../../errors/outcome.ts';
import { readBase64Der } from './certificate-bytes.ts';
import { malformed } from './malformed.ts';

/** Reads it. The certificate is presented, not verified. Never throws. */
export function parseBase64Certificate(header: string): Outcome<X509Certificate> {
  return judgeSafely(() => {
    const certificate = readBase64Der(header);
    return certificate === undefined ? malformed('certificate', 'base64 of one certificate') : accept(certificate);
  });
}
