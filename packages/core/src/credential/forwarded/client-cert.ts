/**
 * `Client-Cert` and `Client-Cert-Chain` (RFC 9440 §2.2, §2.3): byte sequences of structured fields (RFC 8941 §3.3.5),
 * without parameters. The first is one item, the second a list without the leaf.
 */
import type { X509Certificate } from 'node:crypto';
import { judgeSafely } from '../../errors/judge-safely.ts';
import { accept, type Outcome } from '../../errors/outcome.ts';
import { chainLimit, leafLimit, maximumChain, readBase64Der } from './certificate-bytes.ts';
import { malformed } from './malformed.ts';

/** A member of the list, with the white space that may stand around it. */
const listMember = /^[ \t]*(:[A-Za-z0-9+/=]*:)[ \t]*$/;

function readSequence(text: string): X509Certificate | undefined {
  if (text.length < 2 || text.length > leafLimit || !text.startsWith(':') || !text.endsWith(':')) return undefined;
  return readBase64Der(text.slice(1, -1));
}

/** Reads `Client-Cert`. A list, a second value or a parameter is refused. Never throws. */
export function parseClientCert(header: string): Outcome<X509Certificate> {
  return judgeSafely(() => {
    const certificate = readSequence(header);
    return certificate === undefined
      ? malformed('Client-Cert', 'one byte sequence, :base64:, of one certificate')
      : accept(certificate);
  });
}

/** Reads `Client-Cert-Chain`: its value, or one value for each field line. Never throws. */
export function parseClientCertChain(header: string | readonly string[]): Outcome<readonly X509Certificate[]> {
  return judgeSafely(() => {
    const lines = Array.isArray(header) ? (header as readonly string[]) : [header as string];
    const text = lines.join(',');
    if (lines.length === 0 || text.length > chainLimit)
      return malformed('Client-Cert-Chain', 'at most 65536 characters');
    const texts = text.split(',', maximumChain + 1);
    if (texts.length > maximumChain) return malformed('Client-Cert-Chain', `at most ${maximumChain} certificates`);
    const members = texts.map((member) => readSequence(listMember.exec(member)?.[1] ?? ''));
    return members.every((member) => member !== undefined)
      ? accept(members)
      : malformed('Client-Cert-Chain', 'a list of byte sequences, each one certificate');
  });
}
