/**
 * `X-Forwarded-Client-Cert` (XFCC) of Envoy and Istio, as text or as JSON. Each proxy appends its element, so the last one
 * is the word of the nearest; whatever stands before it may be made up by the client.
 */
import { judgeSafely } from '../../errors/judge-safely.ts';
import { accept, type Outcome } from '../../errors/outcome.ts';
import { chainLimit } from './certificate-bytes.ts';
import { malformed } from './malformed.ts';
import { xfccElement, type XfccElement } from './xfcc-element.ts';
import { readXfccJson } from './xfcc-json.ts';
import { readXfccText } from './xfcc-text.ts';

const maximumElements = 16;

/** Reads every element, oldest first. One that is not well formed refuses them all. Never throws. */
export function parseXfcc(header: string): Outcome<readonly XfccElement[]> {
  return judgeSafely(() => {
    if (header.length > chainLimit) return malformed('xfcc', `at most ${chainLimit} characters`);
    const read = header.startsWith('[') ? readXfccJson : readXfccText;
    const pairs = read(header, maximumElements);
    if (!pairs.ok) return pairs;
    const elements: XfccElement[] = [];
    for (const one of pairs.value) {
      const element = xfccElement(one);
      if (!element.ok) return element;
      elements.push(element.value);
    }
    return accept(Object.freeze(elements));
  });
}
