/**
 * The rules for the fields of one certificate, as a table, so that all that break are named at once. Core stops at
 * the first; its own refusal is always among the findings, and a test holds this table against it.
 */
import type { X509Certificate } from 'node:crypto';
import { parseSpiffeId, type CertificateFields, type CertificateUsage } from '@countersign/core';

/** A certificate to hold against the rules. */
export interface RuledCertificate {
  readonly certificate: X509Certificate;
  readonly fields: CertificateFields;
  readonly usage: CertificateUsage;
  /** Epoch milliseconds. */
  readonly now: number;
}

/** One rule. */
export interface CertificateRule {
  readonly reason:
    | 'CERTIFICATE_EXPIRED'
    | 'CERTIFICATE_IDENTITY_AMBIGUOUS'
    | 'CERTIFICATE_PROFILE_VIOLATED'
    | 'CERTIFICATE_UNTRUSTED';
  readonly check: string;
  readonly expected: string;
  /** What is found; undefined when the rule holds. */
  readonly broken: (certificate: RuledCertificate) => string | undefined;
}

/** Purposes by their object identifiers (RFC 5280 §4.2.1.12). */
export const purposeNames: Readonly<Record<string, string>> = {
  '1.3.6.1.5.5.7.3.1': 'serverAuth',
  '1.3.6.1.5.5.7.3.2': 'clientAuth',
};

/** Signature algorithms by their object identifiers. Those without a row are not accepted. */
export const signatureAlgorithmNames: Readonly<Record<string, string>> = {
  '1.2.840.10045.4.3.2': 'ECDSA with SHA-256',
  '1.2.840.10045.4.3.3': 'ECDSA with SHA-384',
  '1.2.840.10045.4.3.4': 'ECDSA with SHA-512',
  '1.2.840.113549.1.1.10': 'RSA-PSS',
  '1.2.840.113549.1.1.11': 'RSA with SHA-256',
  '1.2.840.113549.1.1.12': 'RSA with SHA-384',
  '1.2.840.113549.1.1.13': 'RSA with SHA-512',
  '1.3.101.112': 'Ed25519',
};

const curves: ReadonlySet<string> = new Set(['prime256v1', 'secp384r1', 'secp521r1']);
const profile = 'CERTIFICATE_PROFILE_VIOLATED';

/** A key as a text: type and size or curve. */
export function keyText({ publicKey }: X509Certificate): string {
  const { modulusLength, namedCurve } = publicKey.asymmetricKeyDetails ?? {};
  return [publicKey.asymmetricKeyType ?? 'unknown', modulusLength ?? namedCurve ?? ''].join(' ').trim();
}

function isStrong({ publicKey }: X509Certificate): boolean {
  const { modulusLength = 0, namedCurve = '' } = publicKey.asymmetricKeyDetails ?? {};
  if (publicKey.asymmetricKeyType?.startsWith('rsa') === true) return modulusLength >= 2048;
  return publicKey.asymmetricKeyType === 'ec' ? curves.has(namedCurve) : publicKey.asymmetricKeyType === 'ed25519';
}

function unless(holds: boolean, found: string): string | undefined {
  return holds ? undefined : found;
}

/** For every certificate. */
const common: readonly CertificateRule[] = [
  {
    reason: profile,
    check: 'certificate.signatureAlgorithm',
    expected: 'SHA-2 or Ed25519',
    broken: ({ fields: { signatureAlgorithm: oid } }) => unless(Object.hasOwn(signatureAlgorithmNames, oid), oid),
  },
  {
    reason: profile,
    check: 'certificate.criticalExtension',
    expected: 'no critical extension that is not understood',
    broken: ({ fields: { unknownCritical } }) => unless(unknownCritical.length === 0, unknownCritical.join(' ')),
  },
  {
    reason: profile,
    check: 'certificate.publicKey',
    expected: 'RSA of 2048 bits, P-256, P-384, P-521 or Ed25519',
    broken: ({ certificate }) => unless(isStrong(certificate), keyText(certificate)),
  },
  {
    reason: 'CERTIFICATE_EXPIRED',
    check: 'notBefore',
    expected: 'a time in the past',
    broken: ({ fields, now }) => unless(now >= fields.notBefore, new Date(fields.notBefore).toISOString()),
  },
  {
    reason: 'CERTIFICATE_EXPIRED',
    check: 'notAfter',
    expected: 'a time in the future',
    broken: ({ fields, now }) => unless(now <= fields.notAfter, new Date(fields.notAfter).toISOString()),
  },
];

/** For the certificate of a workload. */
export const leafRules: readonly CertificateRule[] = [
  ...common,
  {
    reason: 'CERTIFICATE_IDENTITY_AMBIGUOUS',
    check: 'certificate.uri',
    expected: 'one URI name that is a SPIFFE ID',
    broken: ({ fields: { uris } }) =>
      unless(uris.length === 1 && parseSpiffeId(uris[0] ?? '').ok, uris.join(' ') || 'none'),
  },
  {
    reason: profile,
    check: 'certificate.uri',
    expected: 'the id of a workload, not of a trust domain',
    broken: ({ fields: { uris } }) => {
      const id = parseSpiffeId(uris[0] ?? '');
      return unless(!id.ok || id.value.path !== '', uris[0] ?? '');
    },
  },
  {
    reason: profile,
    check: 'certificate.basicConstraints',
    expected: 'no CA',
    broken: ({ fields }) => unless(!fields.isCa, 'a CA'),
  },
  {
    reason: profile,
    check: 'certificate.keyUsage',
    expected: 'critical, with digitalSignature, without keyCertSign and cRLSign',
    broken: ({ fields: { keyUsage } }) => {
      const good =
        keyUsage?.critical === true && keyUsage.digitalSignature && !keyUsage.keyCertSign && !keyUsage.crlSign;
      return unless(good, keyUsageText(keyUsage));
    },
  },
  {
    reason: profile,
    check: 'certificate.extendedKeyUsage',
    expected: 'the purpose it is used for',
    broken: ({ fields: { extendedKeyUsage }, usage }) => {
      const names = extendedKeyUsage?.map((oid) => purposeNames[oid] ?? oid) ?? [];
      return unless(names.includes(`${usage}Auth`), names.join(' ') || 'none');
    },
  },
];

/** For the certificate of an authority. */
export const authorityRules: readonly CertificateRule[] = [
  ...common,
  {
    reason: 'CERTIFICATE_UNTRUSTED',
    check: 'issuer.basicConstraints',
    expected: 'a CA',
    broken: ({ fields }) => unless(fields.isCa, 'no CA'),
  },
  {
    reason: 'CERTIFICATE_UNTRUSTED',
    check: 'issuer.keyUsage',
    expected: 'keyCertSign',
    broken: ({ fields: { keyUsage } }) => unless(keyUsage?.keyCertSign === true, keyUsageText(keyUsage)),
  },
];

/** The key usage as a text. */
export function keyUsageText(keyUsage: CertificateFields['keyUsage']): string {
  if (keyUsage === undefined) return 'none';
  const names = (['digitalSignature', 'keyCertSign', 'crlSign'] as const).filter((name) => keyUsage[name]);
  return [keyUsage.critical ? 'critical' : 'not critical', ...names].join(', ');
}
