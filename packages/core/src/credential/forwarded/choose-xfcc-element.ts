/**
 * Which element of `X-Forwarded-Client-Cert` is about the caller. The last one is the word of the proxy in front of us,
 * and must be addressed to us. Behind it counts only what an inner proxy vouches for, and only a proxy that is named in
 * the options: an element before the last is otherwise what the client made up.
 *
 * Envoy writes URI and DNS names without quotes. Behind a comma in such a name the rest of it looks like a further element,
 * later than the one that Envoy wrote. To be chosen it must be addressed like that one, so two of that kind are refused.
 */
import { accept, refuse, type Outcome } from '../../errors/outcome.ts';
import type { XfccElement } from './xfcc-element.ts';

/** What the options say. */
export interface XfccTrust {
  /** What the last element must name in `By`; when empty, it must name nobody. */
  readonly by: ReadonlySet<string>;
  /** Ids of proxies further out, behind whose own element the one they added is looked at. */
  readonly through: ReadonlySet<string>;
  /** The proxy replaces the header: more elements than it and those of `through` can have added are refused. */
  readonly replaces: boolean;
}

/** The element, and its place from the right: 1 is the last. */
export interface ChosenElement {
  readonly element: XfccElement;
  readonly place: number;
}

function isAddressedTo(ids: ReadonlySet<string>, { by }: XfccElement): boolean {
  return ids.size === 0 ? by.length === 0 : by.some((id) => ids.has(id));
}

/** Chooses. Undefined when the outermost proxy had a client without a certificate: then it is about nobody. */
export function chooseXfccElement(
  elements: readonly XfccElement[],
  trust: XfccTrust,
): Outcome<ChosenElement | undefined> {
  let expected = trust.by;
  for (let place = 1; place <= elements.length; place += 1) {
    const element = elements.at(-place);
    if (element === undefined) break;
    if (!isAddressedTo(expected, element)) {
      const actual = element.by.join(' ');
      const wanted = expected.size === 0 ? 'no By' : [...expected].join(' or ');
      return refuse('FORWARDED_IDENTITY_UNTRUSTED', 'xfcc.by', { expected: wanted, actual });
    }
    const { uri } = element;
    if (uri === undefined || !trust.through.has(uri)) {
      if (trust.replaces && place < elements.length) {
        return refuse('FORWARDED_IDENTITY_UNTRUSTED', 'xfcc', {
          expected: `${place} elements`,
          actual: `${elements.length}`,
        });
      }
      if (elements.slice(0, -place).some((earlier) => isAddressedTo(expected, earlier))) {
        return refuse('FORWARDED_IDENTITY_UNTRUSTED', 'xfcc.by', { expected: 'one element with this By' });
      }
      return accept({ element, place });
    }
    expected = new Set([uri]);
  }
  return accept(undefined);
}
