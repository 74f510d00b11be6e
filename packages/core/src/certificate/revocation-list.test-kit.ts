/** Revocation lists for tests, written byte by byte: every field can be wrong in one way, and the signature still holds. */
import {
  der,
  ecdsa,
  extension,
  hour,
  nameOf,
  startOfTest,
  time,
  type Issued,
  type Keys,
  type Signing,
} from './certificate.test-kit.ts';
import { readRevocationList, type RevocationList } from './revocation-list.ts';

/** What is put into a list. Everything has a good value. */
export interface ListOptions {
  readonly issuer: Issued;
  /** Certificates that it revokes. */
  readonly revoked?: readonly Issued[];
  /** Whole entries, behind those. */
  readonly entries?: readonly Buffer[];
  /** Epoch milliseconds. */
  readonly thisUpdate?: number;
  readonly nextUpdate?: number;
  /** Changes the extensions, each a whole Extension. */
  readonly extensions?: (good: readonly Buffer[]) => readonly Buffer[];
  /** Changes the parts of the signed body: version, algorithm, issuer, two dates, entries, extensions. */
  readonly parts?: (good: readonly Buffer[]) => readonly Buffer[];
  /** Default: those of the issuer. */
  readonly keys?: Keys;
  readonly signing?: Signing;
  readonly outerAlgorithm?: Buffer;
}

export const listIds = {
  number: '2.5.29.20',
  reason: '2.5.29.21',
  delta: '2.5.29.27',
  distributionPoint: '2.5.29.28',
  certificateIssuer: '2.5.29.29',
} as const;

/** An entry. */
export function entry(serial: readonly number[], ...extensions: readonly Buffer[]): Buffer {
  const more = extensions.length === 0 ? [] : [der(0x30, ...extensions)];
  return der(0x30, der(0x02, serial), time(startOfTest - hour), ...more);
}

/** The serial number of a certificate, as the content of an INTEGER. */
export function serialOf({ certificate }: Issued): readonly number[] {
  return [...Buffer.from(certificate.serialNumber, 'hex')];
}

/** Issues a list, as DER. */
export function listDer(options: ListOptions): Buffer {
  const {
    issuer,
    revoked = [],
    entries = [],
    thisUpdate = startOfTest - hour,
    nextUpdate = startOfTest + hour,
  } = options;
  const signing = options.signing ?? ecdsa();
  const rows = [...revoked.map((one) => entry(serialOf(one))), ...entries];
  const good = [extension(listIds.number, der(0x02, [7]))];
  const extensions = options.extensions?.(good) ?? good;
  const body = der(
    0x30,
    ...(options.parts ?? ((parts) => parts))([
      der(0x02, [1]),
      signing.identifier,
      nameOf(issuer.name),
      time(thisUpdate),
      time(nextUpdate),
      ...(rows.length === 0 ? [] : [der(0x30, ...rows)]),
      ...(extensions.length === 0 ? [] : [der(0xa0, der(0x30, ...extensions))]),
    ]),
  );
  const signature = signing.sign(body, (options.keys ?? issuer.keys).privateKey);
  return der(0x30, body, options.outerAlgorithm ?? signing.identifier, der(0x03, [0], signature));
}

/** The same, read. */
export function listOf(options: ListOptions): RevocationList {
  const read = readRevocationList(listDer(options));
  if (!read.ok) throw new Error(read.problem);
  return read.list;
}
