/**
 * The caller in an XFCC element. With `Cert` the certificate is the identity, and whatever else the element says must
 * agree with it; without, the URI is a name that the proxy vouches for.
 */
import type { X509Certificate } from 'node:crypto';
import { accept, refuse, type Outcome } from '../../errors/outcome.ts';
import { parseSpiffeId } from '../../identity/spiffe-id.ts';
import type { CertificateChain } from './certificate-bytes.ts';
import { chooseXfccElement, type XfccTrust } from './choose-xfcc-element.ts';
import { parseEncodedPem } from './encoded-pem.ts';
import type { ForwardedClaim } from './forwarded-claim.ts';
import { malformed } from './malformed.ts';
import { parseXfcc } from './parse-xfcc.ts';
import type { XfccElement } from './xfcc-element.ts';

function fingerprint({ fingerprint256 }: X509Certificate): string {
  return fingerprint256.replaceAll(':', '').toLowerCase();
}

/** The certificates of an element: undefined when it has none. */
function certificatesOf({ cert, chain, hash }: XfccElement): Outcome<CertificateChain | undefined> {
  if (cert === undefined && chain === undefined) return accept(undefined);
  const whole = parseEncodedPem(chain ?? cert ?? '');
  if (!whole.ok) return whole;
  const [leaf] = whole.value;
  if (cert !== undefined) {
    const alone = parseEncodedPem(cert);
    if (!alone.ok) return alone;
    if (alone.value.length !== 1 || fingerprint(alone.value[0]) !== fingerprint(leaf)) {
      return malformed('xfcc.cert', 'the leaf of Chain, alone');
    }
  }
  if (hash !== undefined && hash !== fingerprint(leaf)) return malformed('xfcc.hash', 'the hash of the certificate');
  return whole;
}

/** Reads the header. Undefined when it is about nobody. */
export function readXfcc(header: string, trust: XfccTrust): Outcome<ForwardedClaim | undefined> {
  const elements = parseXfcc(header);
  if (!elements.ok) return elements;
  const chosen = chooseXfccElement(elements.value, trust);
  if (!chosen.ok || chosen.value === undefined) return chosen as Outcome<undefined>;
  const { element, place } = chosen.value;
  const certificates = certificatesOf(element);
  if (!certificates.ok) return certificates;
  const { uri, hash } = element;
  if (certificates.value !== undefined) {
    const [leaf] = certificates.value;
    // Not the identity, which verification reads from the bytes: but an element that disagrees with itself was tampered with.
    if (uri !== undefined && leaf.subjectAltName?.includes(uri) !== true) {
      return malformed('xfcc.uri', 'a name of the certificate');
    }
    return accept({ kind: 'certificate', chain: certificates.value, element: place });
  }
  const id = uri === undefined ? undefined : parseSpiffeId(uri);
  if (id?.ok !== true || id.value.path === '') {
    return refuse('CERTIFICATE_IDENTITY_AMBIGUOUS', 'xfcc.uri', { expected: 'the SPIFFE ID of a workload' });
  }
  const { text, trustDomain } = id.value;
  const name = { id: text, trustDomain, ...(hash !== undefined && { sha256: hash }) };
  return accept({ kind: 'name', name, element: place });
}
