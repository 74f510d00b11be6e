import { describe, expect, test } from 'vitest';
import { authority, ca, judge } from './certificate-path.test-kit.ts';
import { readCertificateFields } from './certificate-fields.ts';
import {
  der,
  extension,
  ids,
  issue,
  root,
  svid,
  text,
  type CertificateOptions,
  type Issued,
} from './certificate.test-kit.ts';

const uri = (host: string): Buffer => text(0x86, host);
const dns = (name: string): Buffer => text(0x82, name);
const subtrees = (tag: number, bases: readonly Buffer[]): readonly Buffer[] =>
  bases.length === 0 ? [] : [der(tag, ...bases.map((base) => der(0x30, base)))];

/** The extension, with these subtrees. */
function constraints(permitted: readonly Buffer[], excluded: readonly Buffer[] = [], critical = true): Buffer {
  const content = [...subtrees(0xa0, permitted), ...subtrees(0xa1, excluded)];
  return extension(ids.nameConstraints, der(0x30, ...content), critical);
}

const bounded = (name: string, ...given: Parameters<typeof constraints>): Issued =>
  root({ name, extensions: (good) => [...good, constraints(...given)] });

const trusted = 'trusted';
const broken = 'CERTIFICATE_UNTRUSTED issuer.nameConstraints';
const noSubject = { name: '' };

describe('names of a leaf under an authority', () => {
  test.each<[string, readonly Buffer[], readonly Buffer[], CertificateOptions, string]>([
    ['its trust domain is permitted', [uri('prod.test')], [], {}, trusted],
    ['its trust domain is permitted, in other case', [uri('PROD.test')], [], {}, trusted],
    ['its trust domain is one of two', [uri('dev.test'), uri('prod.test')], [], {}, trusted],
    ['another trust domain is permitted', [uri('dev.test')], [], {}, broken],
    ['a domain above it is permitted', [uri('test')], [], {}, broken],
    ['all below a domain are permitted', [uri('.test')], [], {}, trusted],
    ['all below its own domain are permitted', [uri('.prod.test')], [], {}, broken],
    ['a domain of which its name ends is permitted', [uri('od.test')], [], {}, broken],
    ['nothing is permitted', [uri('')], [], {}, broken],
    ['its trust domain is excluded', [], [uri('prod.test')], {}, broken],
    ['another trust domain is excluded', [], [uri('dev.test')], {}, trusted],
    ['every URI is excluded', [], [uri('')], {}, broken],
    ['it is permitted and excluded', [uri('.test')], [uri('prod.test')], {}, broken],
    ['its trust domain is an address', [], [uri('dev.test')], { uris: ['spiffe://10.0.0.1/orders'] }, broken],
    ['names of another kind are permitted', [dns('prod.test')], [], {}, trusted],
    ['its DNS name is permitted', [dns('prod.test')], [], { dnsNames: ['prod.test'] }, trusted],
    ['its DNS name is below a permitted one', [dns('prod.test')], [], { dnsNames: ['a.b.prod.test'] }, trusted],
    ['its DNS name ends like a permitted one', [dns('prod.test')], [], { dnsNames: ['noprod.test'] }, broken],
    ['its DNS name is above a permitted one', [dns('prod.test')], [], { dnsNames: ['test'] }, broken],
    ['one of its DNS names is not permitted', [dns('prod.test')], [], { dnsNames: ['a.prod.test', 'a.test'] }, broken],
    ['only names below are permitted', [dns('.prod.test')], [], { dnsNames: ['prod.test'] }, broken],
    ['its DNS name is below an excluded one', [], [dns('prod.test')], { dnsNames: ['a.prod.test'] }, broken],
    ['its DNS name is excluded in other case', [], [dns('prod.test')], { dnsNames: ['A.PROD.test'] }, broken],
    ['its wildcard could be an excluded name', [], [dns('a.prod.test')], { dnsNames: ['*.prod.test'] }, broken],
    ['its wildcard cannot be an excluded name', [], [dns('a.dev.test')], { dnsNames: ['*.prod.test'] }, trusted],
    ['every DNS name is excluded', [], [dns('')], { dnsNames: ['a.test'] }, broken],
    ['every DNS name is excluded and it has none', [], [dns('')], {}, trusted],
    ['addresses are excluded and it has none', [], [der(0x87, Array<number>(8).fill(0))], {}, trusted],
    ['directory names are permitted and it has a subject', [der(0xa4, der(0x30))], [], {}, broken],
    ['directory names are permitted and it has none', [der(0xa4, der(0x30))], [], noSubject, trusted],
  ])('when %s', (title, permitted, excluded, options, expected) => {
    const issuer = bounded(`bounded ${title}`, permitted, excluded);
    expect(judge({ leaf: svid(issuer, options), authorities: [issuer] })).toBe(expected);
  });

  test('a name of a kind that is not judged is refused once there is a constraint on that kind', () => {
    const issuer = bounded('mail', [], [text(0x81, 'evil.test')]);
    const withMail = (mail: Buffer): CertificateOptions => ({
      ...noSubject,
      uris: [],
      extensions: (good) => [
        ...good,
        extension(ids.subjectAltName, der(0x30, uri('spiffe://prod.test/orders'), mail), true),
      ],
    });
    expect(judge({ leaf: svid(issuer, withMail(text(0x81, 'a@good.test'))), authorities: [issuer] })).toBe(broken);
    expect(judge({ leaf: svid(issuer, withMail(der(0x87, [10, 0, 0, 1]))), authorities: [issuer] })).toBe(trusted);
  });

  test('a constraint holds for everything below, also over an intermediate, and when it is not called critical', () => {
    const issuer = bounded('lax', [uri('prod.test')], [], false);
    const between = ca('between', issuer);
    const judged = (id: string) =>
      judge({ leaf: svid(between, { uris: [id] }), intermediates: [between], authorities: [issuer] });
    expect(judged('spiffe://prod.test/orders')).toBe(trusted);
    expect(judged('spiffe://dev.test/orders')).toBe(broken);
  });

  test('an intermediate can bind itself closer, and its own names are judged as well', () => {
    const closer = ca('closer', authority, { extensions: (good) => [...good, constraints([uri('prod.test')])] });
    expect(judge({ leaf: svid(closer), intermediates: [closer] })).toBe(trusted);
    const foreign = svid(closer, { uris: ['spiffe://dev.test/x'] });
    expect(judge({ leaf: foreign, intermediates: [closer] })).toBe(broken);
    const issuer = bounded('over', [uri('prod.test')]);
    const named = ca('named', issuer, { uris: ['spiffe://dev.test'] });
    expect(judge({ leaf: svid(named), intermediates: [named], authorities: [issuer] })).toBe(broken);
  });
});

describe('the extension', () => {
  const problemOf = (value: Buffer, options: CertificateOptions = { ca: true }): string | undefined => {
    const read = readCertificateFields(
      issue({ ...options, extensions: (good) => [...good, extension(ids.nameConstraints, value, true)] }).raw,
    );
    return read.ok ? undefined : read.problem;
  };
  const subtree = der(0x30, uri('prod.test'));

  test('is read in a CA', () => expect(problemOf(der(0x30, der(0xa0, subtree), der(0xa1, subtree)))).toBeUndefined());

  test.each<[string, Buffer]>([
    ['that is empty', der(0x30)],
    ['with an empty list', der(0x30, der(0xa0))],
    ['that is no sequence', der(0x31, der(0xa0, subtree))],
    ['with something unknown in it', der(0x30, der(0xa0, subtree), der(0xa2, subtree))],
    ['in the wrong order', der(0x30, der(0xa1, subtree), der(0xa0, subtree))],
    ['with a list twice', der(0x30, der(0xa0, subtree), der(0xa0, subtree))],
    ['with an empty subtree', der(0x30, der(0xa0, der(0x30)))],
    ['with a minimum', der(0x30, der(0xa0, der(0x30, uri('prod.test'), der(0x80, [1]))))],
    ['with a maximum', der(0x30, der(0xa0, der(0x30, uri('prod.test'), der(0x81, [1]))))],
    ['with a name of no known kind', der(0x30, der(0xa0, der(0x30, der(0x8a, [1]))))],
    ['with a whole URI', der(0x30, der(0xa0, der(0x30, uri('spiffe://prod.test'))))],
    ['with a port', der(0x30, der(0xa0, der(0x30, uri('prod.test:443'))))],
    ['with a wildcard', der(0x30, der(0xa0, der(0x30, dns('*.prod.test'))))],
    ['with a NUL', der(0x30, der(0xa0, der(0x30, dns('prod.test\0.evil'))))],
    ['with too many subtrees', der(0x30, der(0xa0, ...Array<Buffer>(1_001).fill(subtree)))],
    ['with bytes behind', Buffer.concat([der(0x30, der(0xa0, subtree)), Buffer.from([0])])],
  ])('%s is refused', (_title, value) => expect(problemOf(value)).toBe('name constraints'));

  test('in a certificate that is no CA is refused', () => {
    expect(problemOf(der(0x30, der(0xa0, subtree)), {})).toBe('name constraints of no CA');
  });
});
