/**
 * Inspects certificates: a chain, leaf first, or the authorities of a bundle. Shows the fields a verifier decides by,
 * lists what it would object to, and verifies when told which authorities are trusted.
 */
import { X509Certificate } from 'node:crypto';
import {
  readCertificateFields,
  readSvidLeaf,
  reasonRow,
  refuse,
  sha256Of,
  thumbprintOf,
  verifyX509Svid,
  type CertificateFields,
  type CertificateUsage,
  type TrustBundle,
} from '@countersign/core';
import { shown, type BlockLine } from '../output.ts';
import { UsageError } from '../usage-error.ts';
import {
  authorityRules,
  keyText,
  keyUsageText,
  leafRules,
  purposeNames,
  signatureAlgorithmNames,
} from './certificate-rules.ts';
import { findingOf, mergeFindings, type Finding, type Inspection, type Part, type Verification } from './inspection.ts';

/** Certificates to inspect. */
export interface CertificateInspection {
  readonly pem: string;
  /** The authorities the user trusts, if any. */
  readonly bundle: TrustBundle | undefined;
  readonly usage: CertificateUsage;
  /** Epoch milliseconds. */
  readonly now: number;
}

interface ReadOne {
  readonly of: string;
  readonly certificate: X509Certificate;
  readonly fields: CertificateFields | undefined;
  readonly problem: string | undefined;
}

const warning = 'A certificate is public, and who shows one may have copied it. Nobody has vouched for it here.';
const how = 'to verify its path: --bundle FILE --trust-domain NAME';
const pemBlock = /-----BEGIN ([A-Z0-9 ]+)-----[^-]+-----END \1-----/g;
const maximumCertificates = 100;

/**
 * Reads every certificate of a PEM text.
 * @throws {UsageError} when something in it is none.
 */
export function readPem(pem: string): readonly X509Certificate[] {
  const blocks = [...pem.matchAll(pemBlock)];
  if (blocks.length === 0 || blocks.length > maximumCertificates) {
    throw new UsageError('the PEM holds no certificate, or too many', 'pass the chain as PEM, leaf first');
  }
  return blocks.map(([text, label]) => {
    if (label !== 'CERTIFICATE') throw new UsageError(`the PEM holds a ${label ?? 'block'}`, 'pass certificates only');
    try {
      return new X509Certificate(text);
    } catch {
      throw new UsageError('the PEM holds a certificate that cannot be read', 'export it again as PEM');
    }
  });
}

function readOne(certificate: X509Certificate, index: number): ReadOne {
  const read = readCertificateFields(certificate.raw);
  const of = `certificate ${index + 1}`;
  return read.ok
    ? { of, certificate, fields: read.fields, problem: undefined }
    : { of, certificate, fields: undefined, problem: read.problem };
}

function partOf({ of, certificate, fields, problem }: ReadOne, role: string): Part {
  const names = {
    subject: certificate.subject?.replaceAll('\n', ', ') ?? '',
    issuer: certificate.issuer.replaceAll('\n', ', '),
    serialNumber: certificate.serialNumber,
  };
  const data = {
    role,
    ...names,
    ...(fields === undefined
      ? { problem }
      : {
          uris: fields.uris,
          dnsNames: fields.dnsNames,
          notBefore: new Date(fields.notBefore).toISOString(),
          notAfter: new Date(fields.notAfter).toISOString(),
          ca: fields.isCa,
          ...(fields.pathLength !== undefined && { pathLength: fields.pathLength }),
          keyUsage: keyUsageText(fields.keyUsage),
          extendedKeyUsage: (fields.extendedKeyUsage ?? []).map((oid) => purposeNames[oid] ?? oid),
          signatureAlgorithm: signatureAlgorithmNames[fields.signatureAlgorithm] ?? fields.signatureAlgorithm,
          publicKey: keyText(certificate),
        }),
    sha256: sha256Of(certificate),
    'x5t#S256': thumbprintOf(certificate),
  };
  const lines = Object.entries(data).map(([name, value]): BlockLine => {
    const text = Array.isArray(value) ? value.join(' ') : String(value);
    return [name, text === '' ? '(none)' : shown(text)];
  });
  return { title: `Certificate ${of.slice('certificate '.length)}, ${role}`, data, lines };
}

function judge(one: ReadOne, isLeaf: boolean, { usage, now }: CertificateInspection): readonly Finding[] {
  const { of, certificate, fields, problem } = one;
  const core = isLeaf ? readSvidLeaf(certificate, { usage }) : undefined;
  const refused = core?.ok === false ? [findingOf(of, core)] : [];
  if (fields === undefined) {
    return mergeFindings(refused, [
      findingOf(of, refuse('CERTIFICATE_PROFILE_VIOLATED', `certificate.${problem ?? ''}`)),
    ]);
  }
  const broken = (isLeaf ? leafRules : authorityRules).flatMap((rule) => {
    const actual = rule.broken({ certificate, fields, usage, now });
    if (actual === undefined) return [];
    const { reason, check, expected } = rule;
    const { meaning, fix } = reasonRow(reason);
    return [{ reason, of, check, expected, actual, meaning, fix }];
  });
  return mergeFindings(refused, broken);
}

function judgeOrder(chain: readonly ReadOne[]): readonly Finding[] {
  return chain.slice(1).flatMap((above, index) => {
    const below = chain[index];
    let fits = false;
    try {
      fits =
        below !== undefined &&
        below.certificate.checkIssued(above.certificate) &&
        below.certificate.verify(above.certificate.publicKey);
    } catch {
      // A key that cannot verify has not signed.
    }
    if (fits) return [];
    return [findingOf(below?.of ?? '', refuse('CERTIFICATE_UNTRUSTED', 'path', { expected: `issued by ${above.of}` }))];
  });
}

function verify(
  chain: readonly ReadOne[],
  inspection: CertificateInspection,
): { verification: Verification; findings: readonly Finding[] } {
  const { bundle, usage, now } = inspection;
  if (bundle === undefined) return { verification: { status: 'not-verified', warning, how }, findings: [] };
  const [first, ...rest] = chain.map(({ certificate }) => certificate);
  if (first === undefined) throw new UsageError('there is no certificate', 'pass the chain as PEM, leaf first');
  const leaf = readSvidLeaf(first, { usage });
  const outcome = leaf.ok ? verifyX509Svid({ leaf: leaf.value, intermediates: rest, bundle, now, usage }) : leaf;
  if (!outcome.ok) {
    const finding = findingOf('certificate 1', outcome);
    return { verification: { status: 'refused', reason: finding.reason, check: finding.check }, findings: [finding] };
  }
  const { spiffeId, notBefore, notAfter } = outcome.value;
  const as = {
    workload: spiffeId.text,
    trustDomain: spiffeId.trustDomain,
    usage,
    from: new Date(notBefore).toISOString(),
    until: new Date(notAfter).toISOString(),
  };
  return { verification: { status: 'verified', as }, findings: [] };
}

/**
 * Inspects.
 * @throws {UsageError} when the text holds something else than certificates.
 */
export function inspectCertificates(inspection: CertificateInspection): Inspection {
  const chain = readPem(inspection.pem).map(readOne);
  const isBundle = chain.every(({ fields }) => fields?.isCa === true) && inspection.bundle === undefined;
  const isLeaf = (index: number): boolean => !isBundle && index === 0;
  const isRoot = ({ certificate }: ReadOne): boolean => certificate.checkIssued(certificate);
  const notes: string[] = [];
  if (isBundle) notes.push('Authorities only: judged as a trust bundle, not as the chain of a workload.');
  else if (chain.slice(1).some(isRoot))
    notes.push('The chain carries a root: it proves nothing. Trust comes from the bundle of the verifier.');
  const { verification, findings } = verify(chain, inspection);
  return {
    kind: 'certificates',
    verification,
    parts: chain.map((one, index) => partOf(one, isLeaf(index) ? 'workload' : isRoot(one) ? 'root' : 'intermediate')),
    findings: mergeFindings(findings, [
      ...chain.flatMap((one, index) => judge(one, isLeaf(index), inspection)),
      ...(isBundle ? [] : judgeOrder(chain)),
    ]),
    notes,
  };
}
