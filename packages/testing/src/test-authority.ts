/**
 * A certificate authority in memory, for one trust domain: a real root, real certificates, and the wrong ones that a
 * real authority would refuse to write. Keys live as long as the object; nothing touches the disk.
 */
import { trustBundle, type TrustBundle } from '@countersign/core';
import type { CertificateRequest } from './certificate-request.ts';
import { exportPrivateKeyPem, issueCertificate, type CertificateSigner } from './issue-certificate.ts';
import { issueRevocationList, type RevocationListRequest } from './issue-revocation-list.ts';
import { assertNotInProduction } from './not-in-production.ts';
import type { PemIdentity } from './raw-request.ts';

/** Options of `createTestAuthority`. */
export interface TestAuthorityOptions {
  /** E.g. `prod.example`. */
  readonly trustDomain: string;
}

/** An authority that issues: the root, or one below it. */
export interface IssuingAuthority {
  /** Issues a certificate with its key: the leaf first, then the intermediates up to the root, without the root. */
  issue(request: CertificateRequest): Promise<PemIdentity>;
  /** Issues a subordinate authority. Its certificates lead to the same root. */
  issueIntermediate(request?: CertificateRequest): Promise<IssuingAuthority>;
  /** Issues a revocation list of this authority, as PEM: for `trustBundle({ trustDomain, pem, crl })`. */
  issueRevocationList(request?: RevocationListRequest): Promise<string>;
}

/** A certificate authority with its root. */
export interface TestAuthority extends IssuingAuthority {
  readonly trustDomain: string;
  /** The root certificate as PEM: what the other side trusts. */
  readonly bundlePem: string;
  /** The same, for `clientCertificate` and `createTlsOptions`. */
  readonly bundle: TrustBundle;
}

const rootLifetimeSeconds = 86_400;
const authorityRequest: CertificateRequest = {
  isCa: true,
  keyUsage: ['keyCertSign', 'cRLSign'],
  extendedKeyUsage: [],
  lifetimeSeconds: rootLifetimeSeconds,
};

function signingBy(signer: CertificateSigner, intermediatesPem: string): IssuingAuthority {
  return {
    issue: async (request) => {
      const { certificate, keys } = await issueCertificate(request, signer);
      return {
        certificatePem: `${certificate.toString('pem')}\n${intermediatesPem}`,
        keyPem: await exportPrivateKeyPem(keys),
      };
    },
    issueIntermediate: async (request = {}) => {
      const { certificate, keys } = await issueCertificate(
        { ...authorityRequest, commonName: 'intermediate', ...request },
        signer,
      );
      return signingBy({ subject: certificate.subject, keys }, `${certificate.toString('pem')}\n${intermediatesPem}`);
    },
    issueRevocationList: (request = {}) => issueRevocationList(request, signer),
  };
}

/**
 * Makes an authority.
 * @throws {ConfigurationError} under `NODE_ENV=production`, or when the trust domain is none.
 */
export async function createTestAuthority(options: TestAuthorityOptions): Promise<TestAuthority> {
  assertNotInProduction('createTestAuthority');
  const { trustDomain } = options;
  const request = { ...authorityRequest, uris: [`spiffe://${trustDomain}`], commonName: `root of ${trustDomain}` };
  const { certificate, keys } = await issueCertificate(request);
  const bundlePem = certificate.toString('pem');
  return Object.freeze({
    trustDomain,
    bundlePem,
    bundle: trustBundle({ trustDomain, pem: bundlePem }),
    ...signingBy({ subject: certificate.subject, keys }, ''),
  });
}
