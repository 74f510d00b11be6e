/**
 * Canonical workload ids: `spiffe://td/path`, `oauth:<issuer>#<client_id>`, `k8s:<cluster>/<namespace>/<account>`,
 * `apikey:<key id>`, `hmac:<key id>`. They are compared as whole texts.
 */
import { parseSpiffeId } from './spiffe-id.ts';

// A client id may hold any visible ASCII (RFC 6749 appendix A.1); white space and quotes stay out of ids we compare.
const oauth = /^oauth:[\x21-\x7e]+#[\x21-\x7e]+$/;
const named = /^(?:k8s:[\x21-\x7e]+\/[\x21-\x7e]+\/[\x21-\x7e]+|(?:apikey|hmac):[\x21-\x7e]+)$/;

/** The id of an OAuth client of an issuer. */
export function oauthWorkloadId(issuer: string, clientId: string): string {
  return `oauth:${issuer}#${clientId}`;
}

/** Whether a text is a canonical workload id. */
export function isWorkloadId(text: string): boolean {
  if (text.length > 2048) return false;
  if (text.startsWith('spiffe://')) {
    const id = parseSpiffeId(text);
    return id.ok && id.value.path !== '';
  }
  return oauth.test(text) || named.test(text);
}
