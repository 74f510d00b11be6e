/**
 * Whether a caller is proven by a key that it holds (RFC 8705, RFC 9449): a certificate is, and a sealed message, a token
 * only when it is bound to a key and the request proved that key. Behind a proxy that was proven, the proof of the key is the proxy's word; a
 * proxy that is known by its address alone was not. Kinds of evidence that are not known here do not count.
 */
import type { Caller } from '../identity/caller.ts';
import type { Rule } from './requirement-rule.ts';

function isSenderConstrained({ evidence }: Caller): boolean {
  const isHearsay = evidence.some((one) => one.kind === 'forwarded-certificate' && one.hop === 'address');
  return evidence.some((one) => {
    if (one.kind === 'access-token') return one.binding === 'jkt' || (one.binding === 'x5t#S256' && !isHearsay);
    if (one.kind === 'sealed-message') return true;
    return one.kind === 'client-certificate' || (one.kind === 'forwarded-certificate' && !isHearsay);
  });
}

/** Denies callers that only show a bearer token. `owner` says who asks: a requirement, or the whole service. */
export function senderConstrainedRule(owner: 'requirement' | 'service'): Rule {
  const denied = { effect: 'deny', rule: `${owner}.senderConstrained`, reason: 'BINDING_MISSING' } as const;
  return (caller) => (isSenderConstrained(caller) ? undefined : denied);
}
