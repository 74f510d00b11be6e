/** Writes and signs revocation lists for the test authority: current ones by default, others when asked. */
import { X509Certificate } from 'node:crypto';
import type { CertificateSigner } from './issue-certificate.ts';
import type { PemIdentity } from './raw-request.ts';
import { x509 } from './x509.ts';

/** The list to issue. */
export interface RevocationListRequest {
  /** Whose certificates are revoked. Default: nobody's. */
  readonly revoked?: readonly PemIdentity[];
  /** Default 3,600. Negative makes a list that was out of date that long ago. */
  readonly lifetimeSeconds?: number;
  /** When it begins, in seconds from now. Default −60. */
  readonly startsInSeconds?: number;
}

const backdatedSeconds = 60;
const defaultLifetimeSeconds = 3_600;

/** Issues a list, as PEM. */
export async function issueRevocationList(request: RevocationListRequest, signer: CertificateSigner): Promise<string> {
  const { revoked = [], startsInSeconds = -backdatedSeconds, lifetimeSeconds = defaultLifetimeSeconds } = request;
  const now = Date.now();
  const end = now + lifetimeSeconds * 1000;
  const { privateKey } = signer.keys;
  const list = await x509.X509CrlGenerator.create({
    issuer: signer.subject,
    thisUpdate: new Date(Math.min(now + startsInSeconds * 1000, end - backdatedSeconds * 1000)),
    nextUpdate: new Date(end),
    entries: revoked.map(({ certificatePem }) => ({
      serialNumber: new X509Certificate(certificatePem).serialNumber,
      revocationDate: new Date(now),
    })),
    signingAlgorithm: { ...privateKey.algorithm, hash: 'SHA-256' },
    signingKey: privateKey,
  });
  // RFC 7468 §6: the label of lists.
  return x509.PemConverter.encode(list.rawData, 'X509 CRL');
}
