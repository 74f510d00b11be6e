/**
 * Names of subjects and issuers (RFC 5280 §4.1.2.4). They are compared byte for byte and are never an identity; their
 * form is checked so that no reader can find the fields behind a name in another place.
 */
import { derTags, readChildren, readOid, type DerElement } from './der.ts';
import { must, Unreadable } from './unreadable.ts';

const setTag = 0x31;

function childrenOf(bytes: Uint8Array, element: DerElement, tag: number): readonly DerElement[] {
  return must(element.tag === tag ? readChildren(bytes, element) : undefined, 'name');
}

/** The DER of the name, as hex. */
export function readDistinguishedName(bytes: Uint8Array, element: DerElement | undefined): string {
  if (element === undefined) throw new Unreadable('name');
  for (const relative of childrenOf(bytes, element, derTags.sequence)) {
    const attributes = childrenOf(bytes, relative, setTag);
    if (attributes.length === 0) throw new Unreadable('name');
    for (const attribute of attributes) {
      const [type, value, ...more] = childrenOf(bytes, attribute, derTags.sequence);
      must(type && readOid(bytes, type), 'name');
      if (value === undefined || more.length > 0) throw new Unreadable('name');
    }
  }
  return Buffer.from(bytes.subarray(element.from, element.end)).toString('hex');
}
