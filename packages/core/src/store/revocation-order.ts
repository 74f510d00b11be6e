/**
 * Whether an order of revocation can revoke anything. One that names nothing, or whose time is over before it begins,
 * would be taken without a word, and let in whom it was meant for. Every store asks this first.
 */
import type { Revocation, RevocationKind } from './revocation-store.ts';

const ofTokens: readonly RevocationKind[] = ['jti', 'subject', 'client'];
const ofCertificates: readonly RevocationKind[] = ['certificate', 'serial', 'workload'];
const kinds: readonly RevocationKind[] = [...ofTokens, 'key', 'issuer', ...ofCertificates];
const certificateIssuer = /^(?:spiffe:\/\/|pki:)[a-z0-9._-]+$/;
const upperCaseHex: Partial<Record<RevocationKind, RegExp>> = {
  certificate: /^[0-9A-F]{64}$/,
  // In the fewest bytes: tools that show the DER show a sign byte too, under which no certificate is found.
  serial: /^(?!00.)(?:[0-9A-F]{2}){1,20}$/,
};

function isText(value: unknown): boolean {
  return typeof value === 'string' && value !== '';
}

/**
 * Checks an order, and how long it lives in milliseconds.
 * @throws {RangeError} that names everything wrong with it.
 */
export function checkRevocationOrder(revocation: Revocation, milliseconds: number): void {
  const { kind, issuer, value, issuedUntil } = revocation;
  const problems: string[] = [];
  if (!kinds.includes(kind)) problems.push(`a kind (${kinds.join(', ')})`);
  if (!isText(issuer)) problems.push('the issuer, as tokens carry it in iss');
  if (ofCertificates.includes(kind) && isText(issuer) && !certificateIssuer.test(issuer)) {
    problems.push('the issuer of a certificate, as spiffe:// and its trust domain, or pki: and its name');
  }
  if (isText(value) && upperCaseHex[kind]?.test(value ?? '') === false) {
    problems.push(
      `the ${kind === 'serial' ? 'serial number, in the fewest bytes,' : 'SHA-256'} in upper-case hex without colons`,
    );
  }
  if (kind !== 'issuer' && !isText(value)) problems.push('the value that is revoked, as text');
  if (issuedUntil !== undefined && (typeof issuedUntil !== 'number' || Number.isNaN(issuedUntil))) {
    problems.push('epoch milliseconds in issuedUntil, or none');
  }
  if (!(Number.isFinite(milliseconds) && milliseconds > 0)) problems.push('a life in milliseconds, more than 0');
  if (problems.length > 0) throw new RangeError(`A revocation needs ${problems.join('; ')}.`);
}
