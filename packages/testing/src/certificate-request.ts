/** What a test certificate is to say. The defaults make an X.509-SVID that every check accepts. */

import type { ConstrainedNames } from './encode-name-constraints.ts';

/** Key types. `rsa-1024` is for certificates that must be refused. */
export type CertificateKey = 'ec-p256' | 'rsa-2048' | 'rsa-1024' | 'ed25519';

/** Bits of the key usage extension. */
export type KeyUsageName = 'digitalSignature' | 'keyEncipherment' | 'keyCertSign' | 'cRLSign';

/** Purposes of the extended key usage extension. */
export type PurposeName = 'serverAuth' | 'clientAuth';

/** The certificate to issue. Whatever is named here is written, right or wrong. */
export interface CertificateRequest {
  /** The SPIFFE ID: the one URI name of the certificate. */
  readonly id?: string;
  /** URI names instead of `id`: any number, any text. */
  readonly uris?: readonly string[];
  readonly dnsNames?: readonly string[];
  /** IPv4 addresses, e.g. `127.0.0.1`. */
  readonly ipAddresses?: readonly string[];
  /** Default: none, so that nobody takes it for an identity. */
  readonly commonName?: string;
  /** Default 3,600. Negative makes a certificate that has ended that long ago. */
  readonly lifetimeSeconds?: number;
  /** When it begins, in seconds from now. Default −60. */
  readonly startsInSeconds?: number;
  /** Basic constraints. Default `false`. */
  readonly isCa?: boolean;
  /** How many authorities may stand below this one. Default: any number. */
  readonly pathLength?: number;
  /** Names that this authority may speak for (RFC 5280 §4.2.1.10). Default: all. */
  readonly permittedNames?: ConstrainedNames;
  /** Names that this authority may not speak for. Default: none. */
  readonly excludedNames?: ConstrainedNames;
  /** Default `digitalSignature`; an empty list leaves the extension out. */
  readonly keyUsage?: readonly KeyUsageName[];
  /** Default both; an empty list leaves the extension out. */
  readonly extendedKeyUsage?: readonly PurposeName[];
  /** Default `ec-p256`. */
  readonly key?: CertificateKey;
  /** Hash of the issuer's signature. Default `SHA-256`. */
  readonly signatureHash?: 'SHA-256' | 'SHA-1';
}
