/**
 * The path from a leaf to an authority of one trust bundle (RFC 5280 §6.1): signatures, validity, CA rights, path
 * length, names an authority may speak for, revocation, key and signature strength. The presented intermediates help to find the path and are trusted for nothing.
 */
import type { X509Certificate } from 'node:crypto';
import { accept, refuse, type Outcome, type Refusal } from '../errors/outcome.ts';
import type { CertificateFields } from './certificate-fields.ts';
import { brokenConstraint } from './name-constraints.ts';
import type { RevocationList } from './revocation-list.ts';
import { judgeRevocation } from './revocation-status.ts';
import { readStrong, type ReadCertificate } from './strong-certificate.ts';

/** What a path is sought for. */
export interface PathRequest {
  readonly leaf: ReadCertificate;
  readonly intermediates: readonly X509Certificate[];
  readonly authorities: readonly X509Certificate[];
  /** Of the authorities of the path. Without any, nothing is looked up. */
  readonly revocationLists: readonly RevocationList[];
  /** Epoch milliseconds. */
  readonly now: number;
  /** What the leaf is used for. Default: anything. */
  readonly usage?: CertificateUsage | undefined;
}

/** Which side of a connection shows a certificate. */
export type CertificateUsage = 'client' | 'server';

/** Extended key usages (RFC 5280 §4.2.1.12). */
export const purposes: Record<CertificateUsage, string> = {
  server: '1.3.6.1.5.5.7.3.1',
  client: '1.3.6.1.5.5.7.3.2',
};
const anyPurpose = '2.5.29.37.0';

/** When the whole path is valid, in epoch milliseconds. */
export interface PathWindow {
  readonly notBefore: number;
  readonly notAfter: number;
}

/** A path that holds. */
export interface VerifiedPath extends PathWindow {
  /** When the revocation lists of the path are current; undefined without lists. */
  readonly revocationWindow: PathWindow | undefined;
}

const maximumIntermediates = 8;

function isIssuedBy(child: X509Certificate, parent: X509Certificate): boolean {
  try {
    return child.checkIssued(parent) && child.verify(parent.publicKey);
  } catch {
    return false;
  }
}

/** Refuses outside the window. Written so that a clock that answers no number refuses too. */
export function judgeWindow({ notBefore, notAfter }: PathWindow, now: number): Refusal | undefined {
  if (!(now >= notBefore))
    return refuse('CERTIFICATE_EXPIRED', 'notBefore', { expected: new Date(notBefore).toISOString() });
  if (!(now <= notAfter))
    return refuse('CERTIFICATE_EXPIRED', 'notAfter', { expected: new Date(notAfter).toISOString() });
  return undefined;
}

/** Whether an authority for some purposes only may issue for this one, as OpenSSL judges it too. */
function isForUsage({ extendedKeyUsage }: CertificateFields, usage: CertificateUsage | undefined): boolean {
  if (usage === undefined || extendedKeyUsage === undefined) return true;
  return extendedKeyUsage.includes(purposes[usage]) || extendedKeyUsage.includes(anyPurpose);
}

/** What an issuer must be, with `below` intermediates between it and the leaf. */
function judgeIssuer(
  { fields }: ReadCertificate,
  below: number,
  { now, usage }: Pick<PathRequest, 'now' | 'usage'>,
): Refusal | undefined {
  if (!fields.isCa) return refuse('CERTIFICATE_UNTRUSTED', 'issuer.basicConstraints', { expected: 'a CA' });
  // RFC 5280 §4.2.1.3: a CA that signs certificates says so.
  if (fields.keyUsage?.keyCertSign !== true)
    return refuse('CERTIFICATE_UNTRUSTED', 'issuer.keyUsage', { expected: 'keyCertSign' });
  if (!isForUsage(fields, usage)) {
    return refuse('CERTIFICATE_UNTRUSTED', 'issuer.extendedKeyUsage', { expected: `${usage}Auth` });
  }
  if (fields.pathLength !== undefined && below > fields.pathLength) {
    return refuse('CERTIFICATE_UNTRUSTED', 'issuer.pathLength', { expected: `at most ${fields.pathLength}` });
  }
  return judgeWindow(fields, now);
}

/** The window in which both hold. */
function within(one: PathWindow | undefined, other: PathWindow): PathWindow {
  if (one === undefined) return { notBefore: other.notBefore, notAfter: other.notAfter };
  return {
    notBefore: Math.max(one.notBefore, other.notBefore),
    notAfter: Math.min(one.notAfter, other.notAfter),
  };
}

/** A certificate of a path that is being sought, those below it, and when the path up to it is valid. */
interface Step {
  readonly certificates: readonly [ReadCertificate, ...ReadCertificate[]];
  readonly window: PathWindow;
  readonly revocationWindow: PathWindow | undefined;
}

/** RFC 5280 §6.1.3 (b) and (c), for everything below the issuer. */
function judgeNames({ fields }: ReadCertificate, { certificates }: Step): Refusal | undefined {
  if (fields.nameConstraints === undefined) return undefined;
  for (const { fields: names } of certificates) {
    const broken = brokenConstraint(fields.nameConstraints, names);
    if (broken === undefined) continue;
    const expected = 'names within the constraints of the issuer';
    return refuse('CERTIFICATE_UNTRUSTED', 'issuer.nameConstraints', { expected, actual: broken });
  }
  return undefined;
}

/** The step from a certificate to one that issued it. */
function climb(step: Step, issuer: ReadCertificate, request: PathRequest): Outcome<Step> {
  const { now, revocationLists: lists } = request;
  const [certificate, ...below] = step.certificates;
  const fault = judgeIssuer(issuer, below.length, request) ?? judgeNames(issuer, step);
  if (fault !== undefined) return fault;
  const window = within(step.window, issuer.fields);
  const certificates = [issuer, ...step.certificates] as const;
  if (lists.length === 0) return accept({ certificates, window, revocationWindow: undefined });
  const revocation = judgeRevocation({ certificate, issuer, lists, now });
  if (!revocation.ok) return revocation;
  return accept({ certificates, window, revocationWindow: within(step.revocationWindow, revocation.value) });
}

/**
 * Seeks breadth first, so that every intermediate is reached with the fewest below it, and enters each once: a stranger
 * who sends many CAs of one name and key costs a number of signatures that grows with their square, not with their
 * permutations. An issuer that may not issue is no dead end while another one may, such as the renewed root beside
 * the expired one.
 */
function seekPath(
  request: PathRequest,
  left: Set<X509Certificate>,
  anchors: readonly X509Certificate[],
): Outcome<VerifiedPath> {
  const { leaf } = request;
  const known = left.size;
  let firstFault: Refusal | undefined;
  /** The step to an issuer, if it issued this certificate and may. */
  const stepTo = (step: Step, issuer: X509Certificate): Step | undefined => {
    if (!isIssuedBy(step.certificates[0].certificate, issuer)) return undefined;
    const read = readStrong(issuer);
    const over = read.ok ? climb(step, read.value, request) : read;
    if (over.ok) return over.value;
    firstFault ??= over;
    return undefined;
  };
  let steps: readonly Step[] = [{ certificates: [leaf], window: leaf.fields, revocationWindow: undefined }];
  while (steps.length > 0) {
    const next: Step[] = [];
    for (const step of steps) {
      for (const anchor of anchors) {
        const end = stepTo(step, anchor);
        if (end !== undefined) return accept({ ...end.window, revocationWindow: end.revocationWindow });
      }
      for (const intermediate of left) {
        const over = stepTo(step, intermediate);
        if (over === undefined) continue;
        left.delete(intermediate);
        next.push(over);
      }
    }
    steps = next;
  }
  // Node 24 hides the intermediates of the client, and Node 20 and 22 those of a resumed session: say how many we saw.
  const actual = `none with the ${known} intermediates that TLS shows`;
  return firstFault ?? refuse('CERTIFICATE_UNTRUSTED', 'path', { expected: 'a path to the trust bundle', actual });
}

/** Finds and checks a path. Never throws. */
export function verifyPath(request: PathRequest): Outcome<VerifiedPath> {
  const expired = judgeWindow(request.leaf.fields, request.now);
  if (expired !== undefined) return expired;
  // TLS hands over the authority at the end of the chain as well.
  const anchors = new Set(request.authorities.map(({ fingerprint256 }) => fingerprint256));
  const seen = new Map(request.intermediates.map((one) => [one.fingerprint256, one]));
  const intermediates = [...seen].flatMap(([fingerprint, one]) => (anchors.has(fingerprint) ? [] : [one]));
  if (intermediates.length > maximumIntermediates) {
    const expected = `at most ${maximumIntermediates} intermediates`;
    return refuse('CERTIFICATE_UNTRUSTED', 'path.length', { expected });
  }
  return seekPath(request, new Set(intermediates), request.authorities);
}
