/** Pieces for tests of the path: chains under one authority, and the answer in a few words. */
import { verifyPath, type PathRequest } from './certificate-path.ts';
import { day, issue, root, startOfTest, type CertificateOptions, type Issued } from './certificate.test-kit.ts';
import type { RevocationList } from './revocation-list.ts';
import { readStrong } from './strong-certificate.ts';

/** Trusted where a chain names no other. */
export const authority = root();

/** What a test presents. */
export interface Chain {
  readonly leaf: Issued;
  readonly intermediates?: readonly Issued[];
  readonly authorities?: readonly Issued[];
  readonly revocationLists?: readonly RevocationList[];
  readonly now?: number;
}

/** The question to `verifyPath`. */
export function requestOf({
  leaf,
  intermediates = [],
  authorities = [authority],
  revocationLists = [],
  now = startOfTest,
}: Chain): PathRequest {
  const read = readStrong(leaf.certificate);
  if (!read.ok) throw new Error(read.detail.check);
  const certificates = (list: readonly Issued[]) => list.map(({ certificate }) => certificate);
  return {
    leaf: read.value,
    intermediates: certificates(intermediates),
    authorities: certificates(authorities),
    revocationLists,
    now,
  };
}

/** `trusted`, or the reason and the check. */
export function judge(chain: Chain): string {
  const outcome = verifyPath(requestOf(chain));
  return outcome.ok ? 'trusted' : `${outcome.reason} ${outcome.detail.check}`;
}

/** An authority that `issuer` issued, valid around the start of the test. */
export function ca(name: string, issuer: Issued, options: CertificateOptions = {}): Issued {
  return issue({ name, issuer, ca: true, notBefore: startOfTest - day, notAfter: startOfTest + day, ...options });
}

/** A chain of intermediates under the authority, nearest to the leaf first. */
export function chainOf(length: number, options: CertificateOptions = {}): Issued[] {
  const chain: Issued[] = [];
  for (let depth = 0; depth < length; depth += 1) chain.unshift(ca(`ca-${depth}`, chain[0] ?? authority, options));
  return chain;
}
