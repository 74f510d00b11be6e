import 'reflect-metadata';
import { X509Certificate } from 'node:crypto';
import {
  BasicConstraintsExtension,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  X509Certificate as OtherParser,
} from '@peculiar/x509';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readCertificateFields } from './certificate-fields.ts';
import { day, hour, issue, purposes, root, svid, usage } from './certificate.test-kit.ts';

/** What another parser, written by other people, says about the same bytes. */
function otherFields(raw: Uint8Array) {
  const other = new OtherParser(Buffer.from(raw));
  const alternative = other.getExtension(SubjectAlternativeNameExtension)?.names.items ?? [];
  const constraints = other.getExtension(BasicConstraintsExtension);
  const keyUsage = other.getExtension(KeyUsagesExtension);
  const has = (flag: KeyUsageFlags) => ((keyUsage?.usages ?? 0) & flag) !== 0;
  return {
    uris: alternative.filter(({ type }) => type === 'url').map(({ value }) => value),
    dnsNames: alternative.filter(({ type }) => type === 'dns').map(({ value }) => value),
    isCa: constraints?.ca ?? false,
    pathLength: constraints?.pathLength,
    keyUsage:
      keyUsage === null
        ? undefined
        : {
            critical: keyUsage.critical,
            digitalSignature: has(KeyUsageFlags.digitalSignature),
            keyCertSign: has(KeyUsageFlags.keyCertSign),
            crlSign: has(KeyUsageFlags.cRLSign),
          },
    extendedKeyUsage: other.getExtension(ExtendedKeyUsageExtension)?.usages.map(String),
    notBefore: other.notBefore.getTime(),
    notAfter: other.notAfter.getTime(),
    serialNumber: other.serialNumber.toUpperCase().replace(/^00(?=..)/, ''),
  };
}

function withoutOwn(read: ReturnType<typeof readCertificateFields>) {
  if (!read.ok) return undefined;
  const { uris, dnsNames, isCa, pathLength, keyUsage, extendedKeyUsage, notBefore, notAfter, ...own } = read.fields;
  const fields = { uris, dnsNames, isCa, pathLength, keyUsage, extendedKeyUsage, notBefore, notAfter };
  return { ...fields, serialNumber: own.serialNumber };
}

describe('another parser reads the same', () => {
  const authority = root();
  const label = fc.stringMatching(/^[a-z0-9./:_%-]{1,20}$/);
  const made = fc
    .record({
      uris: fc.array(
        label.map((one) => `spiffe://${one}`),
        { maxLength: 3 },
      ),
      dnsNames: fc.array(label, { maxLength: 3 }),
      ca: fc.boolean(),
      pathLength: fc.option(fc.nat(127), { nil: undefined }),
      keyUsage: fc.option(fc.integer({ min: 1, max: 255 }), { nil: undefined }),
      keyUsageCritical: fc.boolean(),
      purposes: fc.option(fc.uniqueArray(fc.constantFrom(...Object.values(purposes)), { minLength: 1 }), {
        nil: undefined,
      }),
      notBefore: fc.integer({ min: -600_000, max: 70_000_000 }).map((hours) => hours * hour),
    })
    .map(({ pathLength, ...rest }) => ({
      ...rest,
      ...(rest.ca && pathLength !== undefined && { pathLength }),
      notAfter: rest.notBefore + day,
      issuer: authority,
    }));

  test('of whatever certificate is issued', () => {
    fc.assert(
      fc.property(made, (options) => {
        const { raw } = issue(options);
        expect(withoutOwn(readCertificateFields(raw))).toEqual(otherFields(raw));
      }),
      { numRuns: 200 },
    );
  });

  const mutations = fc.array(fc.tuple(fc.nat(2000), fc.integer({ min: 0, max: 255 })), { minLength: 1, maxLength: 3 });
  const samples = [svid(authority, { dnsNames: ['orders.test'] }), root({ pathLength: 1 })];

  /** Whether we accept these bytes, and if so that the other parser reads the same, or cannot read them at all. */
  function agreed(raw: Buffer): boolean {
    const ours = withoutOwn(readCertificateFields(raw));
    if (ours === undefined) return false;
    let theirs: ReturnType<typeof otherFields>;
    try {
      // What OpenSSL cannot read never reaches us: a peer's certificate is an object of OpenSSL first.
      if (!new X509Certificate(raw).raw.equals(raw)) return false;
      theirs = otherFields(raw);
    } catch {
      // They read more of the certificate than we do, such as the name of the subject.
      return false;
    }
    expect(ours).toEqual(theirs);
    return true;
  }

  test('or we refuse, when bytes of a certificate are changed; and we never throw', () => {
    let compared = 0;
    fc.assert(
      fc.property(fc.constantFrom(...samples), mutations, ({ raw }, changes) => {
        const changed = Buffer.from(raw);
        for (const [at, value] of changes) changed[at % changed.length] = value;
        if (agreed(changed)) compared += 1;
      }),
      { numRuns: 3000 },
    );
    // Not every mutation is refused: otherwise nothing was compared.
    expect(compared).toBeGreaterThan(100);
  });

  test('or we refuse, when a certificate is cut and spliced with another', () => {
    const [first, second] = samples.map(({ raw }) => raw) as [Buffer, Buffer];
    let compared = 0;
    for (let cut = 0; cut <= first.length; cut += 1) {
      // The rest of the other one from the same place counted from the end, and a byte to either side.
      for (const shift of [-1, 0, 1]) {
        const rest = second.subarray(Math.max(0, second.length - (first.length - cut) + shift));
        if (agreed(Buffer.concat([first.subarray(0, cut), rest]))) compared += 1;
      }
    }
    expect(compared).toBeGreaterThan(0);
  });

  test('of the usages in every combination of bits', () => {
    for (let keyUsage = 1; keyUsage < 256; keyUsage += 1) {
      const { raw } = issue({ keyUsage });
      const read = readCertificateFields(raw);
      expect(read.ok && read.fields.keyUsage).toEqual({
        critical: true,
        digitalSignature: (keyUsage & usage.digitalSignature) !== 0,
        keyCertSign: (keyUsage & usage.keyCertSign) !== 0,
        crlSign: (keyUsage & usage.crlSign) !== 0,
      });
      expect(withoutOwn(read)).toEqual(otherFields(raw));
    }
  });
});
