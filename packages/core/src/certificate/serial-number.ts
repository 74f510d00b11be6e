/** Serial numbers (RFC 5280 §4.1.2.2): not negative, at most 20 bytes, written in the fewest (X.690 §8.3.2). */
import { derTags, type DerElement } from './der.ts';
import { Unreadable } from './unreadable.ts';

const longestSerial = 20;

/** The number as upper-case hex, two digits a byte, as certificates and revocation lists are compared here. */
export function readSerialNumber(bytes: Uint8Array, element: DerElement | undefined): string {
  const length = element === undefined ? 0 : element.end - element.start;
  if (element?.tag !== derTags.integer || length === 0) throw new Unreadable('serial number');
  const content = bytes.subarray(element.start, element.end);
  const [first = 0, second = 0] = content;
  const padded = first === 0 && length > 1;
  if (first >= 0x80 || (padded && second < 0x80) || length - Number(padded) > longestSerial) {
    throw new Unreadable('serial number');
  }
  return Buffer.from(padded ? content.subarray(1) : content)
    .toString('hex')
    .toUpperCase();
}
