/** Names of SPIFFE trust domains (SPIFFE-ID §2.1): lower case, and nothing that a URL parser would repair. */
import { parseSpiffeId } from './spiffe-id.ts';

/** Whether a text is the name of a trust domain. */
export function isTrustDomain(text: unknown): text is string {
  if (typeof text !== 'string') return false;
  const id = parseSpiffeId(`spiffe://${text}`);
  return id.ok && id.value.path === '';
}
