/**
 * One element of `X-Forwarded-Client-Cert`: what one proxy says of its client. The keys and how often each may stand are
 * a table, for the text form and the JSON form alike. An unknown key refuses: who adds it is not the Envoy that we know.
 */
import { accept, type Outcome } from '../../errors/outcome.ts';
import { chainLimit, leafLimit } from './certificate-bytes.ts';
import { malformed } from './malformed.ts';

/** An element. Texts are as sent, without the quotes around them; an empty value is left out. */
export interface XfccElement {
  /** URI names of the certificate of the proxy that added this element. */
  readonly by: readonly string[];
  /** SHA-256 of the client certificate, lower-case hex. */
  readonly hash?: string;
  /** Percent-encoded PEM. */
  readonly cert?: string;
  /** Percent-encoded PEM, the leaf among them. */
  readonly chain?: string;
  readonly subject?: string;
  readonly issuer?: string;
  /** The URI name of the client certificate. */
  readonly uri?: string;
  readonly dns: readonly string[];
}

/** A key and its value. */
export type XfccPair = readonly [key: string, value: string];

const single = ['hash', 'cert', 'chain', 'subject', 'issuer', 'uri'] as const;
const repeated = ['by', 'dns'] as const;
const digest = /^[0-9a-f]{64}$/;
/** Bytes of a Subject come escaped, so what is left is visible ASCII and the space. */
const visible = /^[\x20-\x7e]*$/;
const longestText = 4_096;
const limits = new Map([
  ['cert', leafLimit],
  ['chain', chainLimit],
]);

function isOneOf<T extends string>(list: readonly T[], key: string): key is T {
  return (list as readonly string[]).includes(key);
}

/** Makes an element of its pairs. */
export function xfccElement(pairs: readonly XfccPair[]): Outcome<XfccElement> {
  const lists = { by: [] as string[], dns: [] as string[] };
  const values: Partial<Record<(typeof single)[number], string>> = {};
  const seen = new Set<string>();
  for (const [name, value] of pairs) {
    const key = name.toLowerCase();
    if (!visible.test(value)) return malformed('xfcc.value', 'visible ASCII');
    if (value.length > (limits.get(key) ?? longestText)) return malformed('xfcc.value', 'a value within its limit');
    if (isOneOf(repeated, key)) {
      if (value !== '') lists[key].push(value);
      continue;
    }
    if (!isOneOf(single, key)) return malformed('xfcc.key', 'By, Hash, Cert, Chain, Subject, Issuer, URI or DNS');
    if (seen.has(key)) return malformed(`xfcc.${key}`, 'once');
    seen.add(key);
    if (key === 'hash' && !digest.test(value.toLowerCase())) return malformed('xfcc.hash', '64 hex digits');
    if (value !== '') values[key] = key === 'hash' ? value.toLowerCase() : value;
  }
  if (pairs.length === 0) return malformed('xfcc.element', 'at least one pair');
  return accept(Object.freeze({ ...values, by: Object.freeze(lists.by), dns: Object.freeze(lists.dns) }));
}
