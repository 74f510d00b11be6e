/** The blocks of PEM texts in options (RFC 7468): each begun block counts, so that none is lost because it is cut off. */
import type { FaultCollector } from '../errors/configuration-error.ts';

/** What the texts of an option hold. */
export interface PemContent<T> {
  /** Path of the option. */
  readonly option: string;
  readonly label: 'CERTIFICATE' | 'X509 CRL';
  /** What to write instead of another kind of block. */
  readonly fix: string;
  /** Reads one block. What it throws is a fault. */
  readonly read: (block: string) => T;
}

const pemBegin = /-----BEGIN ([A-Z0-9 ]+)-----/g;
const wholeBlock = /^-----BEGIN ([A-Z0-9 ]+)-----([^-]+)-----END \1-----/;

/** Reads every block of the texts. Adds faults for what is none. */
export function readPemBlocks<T>(texts: unknown, content: PemContent<T>, faults: FaultCollector): readonly T[] {
  const { option, label, fix, read } = content;
  const found: T[] = [];
  const noun = label === 'CERTIFICATE' ? 'certificate' : 'revocation list';
  for (const text of Array.isArray(texts) ? (texts as readonly unknown[]) : texts === undefined ? [] : [texts]) {
    if (typeof text !== 'string') {
      faults.add('CONFIG_INVALID', option, 'is not text', 'pass e.g. readFileSync("bundle.pem", "utf8")');
      continue;
    }
    for (const { 1: begun, index } of text.matchAll(pemBegin)) {
      if (begun !== label) {
        faults.add('CONFIG_KEY_REFUSED', option, `holds a ${begun ?? 'block'}`, fix);
        continue;
      }
      try {
        found.push(read(wholeBlock.exec(text.slice(index))?.[0] ?? ''));
      } catch {
        faults.add('CONFIG_INVALID', option, `holds a ${noun} that cannot be read`, 'export it again as PEM');
      }
    }
  }
  return found;
}
