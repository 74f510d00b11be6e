import type { X509Certificate } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import fc from 'fast-check';
import { issue, root, svid } from '../../certificate/certificate.test-kit.ts';
import type { Outcome } from '../../errors/outcome.ts';
import { parseBase64Certificate } from './base64-der.ts';
import { parseClientCert, parseClientCertChain } from './client-cert.ts';
import { parseEncodedPem } from './encoded-pem.ts';
import { parseTraefikCert } from './traefik-cert.ts';

const authority = root();
const leaf = svid(authority);
const base64 = leaf.raw.toString('base64');
const ca = authority.raw.toString('base64');
/** As proxies write it: in lines of 64 characters. */
const pemOf = ({ certificate }: { readonly certificate: X509Certificate }): string => certificate.toString();
const pem = encodeURIComponent(pemOf(leaf));
const long = issue({ uris: Array.from({ length: 400 }, (_one, at) => `spiffe://prod.test/${'x'.repeat(30)}/${at}`) });

const fingerprints = (outcome: Outcome<unknown>): unknown =>
  outcome.ok ? [outcome.value].flat().map((one) => (one as { fingerprint256: string }).fingerprint256) : outcome.reason;
const same = (...issued: readonly { certificate: { fingerprint256: string } }[]) =>
  issued.map(({ certificate }) => certificate.fingerprint256);

type Parse = (header: string) => Outcome<unknown>;
const malformed = 'FORWARDED_IDENTITY_MALFORMED';

describe.each<readonly [string, Parse, string]>([
  ['base64 of DER', parseBase64Certificate, base64],
  ['a Client-Cert', parseClientCert, `:${base64}:`],
  ['a Client-Cert-Chain', parseClientCertChain, `:${base64}:`],
  ['a PEM in percent-encoding', parseEncodedPem, pem],
  ['a certificate of Traefik', parseTraefikCert, base64],
])('%s', (_name, parse, good) => {
  test('is read', () => {
    expect(fingerprints(parse(good))).toEqual(same(leaf));
  });

  test.each([
    ['nothing', ''],
    ['a space', ' '],
    ['bytes that are no certificate', 'AQID'],
    ['bytes that are no certificate, as a byte sequence', ':AQID:'],
    ['more before it', `x${good}`],
    ['more behind it', `${good}x`],
    ['a space in it', `${good.slice(0, 40)} ${good.slice(40)}`],
    ['a line feed in it', `${good.slice(0, 40)}\n${good.slice(40)}`],
    ['an empty line in it, encoded', `${good.slice(0, 60)}%0A%0A${good.slice(60)}`],
    ['a quarter of it', good.slice(0, good.length / 4)],
    ['parameters', `${good};a=1`],
    ['a semicolon', `${good};${good}`],
    ['a letter outside ASCII', `${good.slice(0, 40)}\u00fc${good.slice(41)}`],
    ['another alphabet', good.replaceAll('+', '-').replaceAll('/', '_').replaceAll('%2B', '-').replaceAll('%2F', '_')],
    ['another label', good.replaceAll('CERTIFICATE', 'PRIVATE%20KEY').replaceAll('M', '?')],
    ['100,000 characters', 'A'.repeat(100_000)],
    ['100,000 commas', ','.repeat(100_000)],
  ])('is refused with %s', (_case, header) => {
    expect(parse(header)).toMatchObject({ ok: false, reason: malformed });
  });

  test('that is changed in one place is another certificate or none, and nothing throws', () => {
    fc.assert(
      fc.property(fc.nat(good.length - 1), fc.string({ unit: 'binary', maxLength: 2 }), (at, put) => {
        const parsed = parse(good.slice(0, at) + put + good.slice(at + 1));
        expect(parsed.ok || parsed.reason).toSatisfy((found) => found === true || found === malformed);
      }),
      { numRuns: 500 },
    );
  });
});

describe('a leaf', () => {
  test('with DER behind its DER is refused', () => {
    expect(parseBase64Certificate(Buffer.concat([leaf.raw, leaf.raw]).toString('base64')).ok).toBe(false);
  });

  test('as PEM inside of base64 is refused', () => {
    expect(parseBase64Certificate(Buffer.from(leaf.pem).toString('base64')).ok).toBe(false);
  });

  test('of more than 16,384 characters is refused', () => {
    const text = long.raw.toString('base64');
    expect(text.length).toBeGreaterThan(16_384);
    expect(parseBase64Certificate(text).ok).toBe(false);
    expect(parseClientCert(`:${text}:`).ok).toBe(false);
  });

  test('is one item, and never a list', () => {
    for (const header of [`:${base64}:, :${base64}:`, `:${base64}:,:${ca}:`, `(:${base64}:)`, `"${base64}"`, base64]) {
      expect(parseClientCert(header)).toMatchObject({ ok: false, reason: malformed });
    }
  });
});

describe('a chain', () => {
  test('is read in its order', () => {
    expect(fingerprints(parseClientCertChain(`:${base64}:, :${ca}:`))).toEqual(same(leaf, authority));
    expect(fingerprints(parseClientCertChain([`:${base64}:`, `:${ca}:`]))).toEqual(same(leaf, authority));
    expect(fingerprints(parseTraefikCert(`${base64},${ca}`))).toEqual(same(leaf, authority));
    expect(fingerprints(parseEncodedPem(encodeURIComponent(pemOf(leaf) + pemOf(authority))))).toEqual(
      same(leaf, authority),
    );
  });

  test('in PEM takes both line ends, short lines, and no line end behind it', () => {
    const lines = base64.match(/.{1,64}/g) ?? [];
    const text = ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----'];
    for (const written of [text.join('\n'), `${text.join('\r\n')}\r\n`]) {
      expect(fingerprints(parseEncodedPem(encodeURIComponent(written)))).toEqual(same(leaf));
    }
    expect(parseEncodedPem(encodeURIComponent(leaf.pem)).ok, 'one line of 600 characters').toBe(false);
    // A plus sign stays one: AWS and nginx leave it as it is.
    expect(parseEncodedPem(encodeURIComponent(text.join('\n')).replaceAll('%2B', '+')).ok).toBe(true);
  });

  test.each([
    ['an empty member', `:${base64}:,,:${ca}:`],
    ['a member that is no certificate', `:${base64}:,:AQID:`],
    ['eleven members', Array.from({ length: 11 }, () => `:${ca}:`).join(',')],
    ['an inner list', `(:${base64}: :${ca}:)`],
  ])('is refused with %s', (_case, header) => {
    expect(parseClientCertChain(header)).toMatchObject({ ok: false, reason: malformed });
    expect(parseTraefikCert(header.replaceAll(':', ''))).toMatchObject({ ok: false, reason: malformed });
  });

  test('is read in time that grows with its length', () => {
    const before = performance.now();
    for (const header of [`:A${' '.repeat(65_000)}x`, `${' '.repeat(65_000)}x`, ','.repeat(65_000)]) {
      expect(parseClientCertChain(header)).toMatchObject({ ok: false, reason: malformed });
    }
    expect(performance.now() - before).toBeLessThan(500);
    expect(fingerprints(parseClientCertChain(` \t:${base64}:\t , :${ca}: `))).toEqual(same(leaf, authority));
    expect(parseClientCertChain(`:${base64}:\u00A0`).ok).toBe(false);
  });

  test('of no field line, of two certificates too close, or with text between them is refused', () => {
    expect(parseClientCertChain([]).ok).toBe(false);
    expect(parseEncodedPem(encodeURIComponent(`${pemOf(leaf).trimEnd()}${pemOf(authority)}`)).ok).toBe(false);
    expect(parseEncodedPem(encodeURIComponent(`${pemOf(leaf)}x\n${pemOf(authority)}`)).ok).toBe(false);
    expect(parseEncodedPem(encodeURIComponent(pemOf(leaf).repeat(11))).ok).toBe(false);
  });
});
