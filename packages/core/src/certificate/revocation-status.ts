/**
 * Whether an authority has revoked a certificate (RFC 5280 §6.3). A bundle that brings lists must bring one of every
 * authority on the path, signed by it and current: without it nobody knows, and that is an outage, never a pass.
 */
import { accept, refuse, type Outcome } from '../errors/outcome.ts';
import type { RevocationList } from './revocation-list.ts';
import type { ReadCertificate } from './strong-certificate.ts';

/** One step of a path. */
export interface RevocationQuestion {
  readonly certificate: ReadCertificate;
  /** Who issued it. */
  readonly issuer: ReadCertificate;
  /** Not empty. */
  readonly lists: readonly RevocationList[];
  /** Epoch milliseconds. */
  readonly now: number;
}

/** When the lists that were asked are current, in epoch milliseconds. */
export interface ListWindow {
  readonly notBefore: number;
  readonly notAfter: number;
}

/** Asks. Never throws. */
export function judgeRevocation({ certificate, issuer, lists, now }: RevocationQuestion): Outcome<ListWindow> {
  const { subjectName, keyUsage } = issuer.fields;
  const own = lists.filter(({ issuerName }) => issuerName === subjectName);
  if (own.length > 0 && keyUsage?.crlSign !== true) {
    return refuse('REVOCATION_LIST_UNAVAILABLE', 'issuer.keyUsage', { expected: 'cRLSign' });
  }
  const signed = own.filter((list) => list.isSignedBy(issuer.certificate));
  const [first] = signed;
  if (first === undefined) {
    return refuse('REVOCATION_LIST_UNAVAILABLE', 'revocationList', {
      expected: 'a list that the issuer signed',
      actual: own.length === 0 ? 'none of this issuer' : 'signed by another key',
    });
  }
  // Written so that a clock that answers no number finds none current.
  const current = signed.filter(({ thisUpdate, nextUpdate }) => now >= thisUpdate && now <= nextUpdate);
  if (current.length === 0) {
    const isEarly = now < first.thisUpdate;
    return refuse('REVOCATION_LIST_UNAVAILABLE', `revocationList.${isEarly ? 'thisUpdate' : 'nextUpdate'}`, {
      expected: 'a current list',
      actual: new Date(isEarly ? first.thisUpdate : first.nextUpdate).toISOString(),
    });
  }
  const { serialNumber } = certificate.fields;
  if (current.some(({ serialNumbers }) => serialNumbers.has(serialNumber))) {
    return refuse('CERTIFICATE_REVOKED', 'certificate.serialNumber', { actual: serialNumber });
  }
  return accept({
    notBefore: Math.max(...current.map(({ thisUpdate }) => thisUpdate)),
    notAfter: Math.min(...current.map(({ nextUpdate }) => nextUpdate)),
  });
}
