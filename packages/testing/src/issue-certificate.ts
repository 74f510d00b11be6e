/** Writes and signs certificates for the test authority: good ones by default, wrong ones when asked. */
import { randomBytes, webcrypto } from 'node:crypto';
import type { CertificateKey, CertificateRequest, KeyUsageName, PurposeName } from './certificate-request.ts';
import { encodeAltNames } from './encode-alt-names.ts';
import { encodeNameConstraints } from './encode-name-constraints.ts';
import { x509 } from './x509.ts';

/** A key pair of the Web Crypto API. */
export type KeyPair = webcrypto.CryptoKeyPair;

/** Who signs. */
export interface CertificateSigner {
  readonly subject: string;
  readonly keys: KeyPair;
}

/** A certificate with its keys. */
export interface IssuedCertificate {
  readonly certificate: x509.X509Certificate;
  readonly keys: KeyPair;
}

const altNameOid = '2.5.29.17';
const nameConstraintsOid = '2.5.29.30';
const backdatedSeconds = 60;
const defaultLifetimeSeconds = 3_600;

const keyParameters = {
  'ec-p256': { name: 'ECDSA', namedCurve: 'P-256' },
  'rsa-2048': rsa(2048),
  'rsa-1024': rsa(1024),
  ed25519: { name: 'Ed25519' },
} as const satisfies Record<CertificateKey, object>;

const usageFlags: Record<KeyUsageName, x509.KeyUsageFlags> = {
  digitalSignature: x509.KeyUsageFlags.digitalSignature,
  keyEncipherment: x509.KeyUsageFlags.keyEncipherment,
  keyCertSign: x509.KeyUsageFlags.keyCertSign,
  cRLSign: x509.KeyUsageFlags.cRLSign,
};

const purposeOids: Record<PurposeName, string> = {
  serverAuth: '1.3.6.1.5.5.7.3.1',
  clientAuth: '1.3.6.1.5.5.7.3.2',
};

function rsa(modulusLength: number): object {
  return {
    name: 'RSASSA-PKCS1-v1_5',
    modulusLength,
    publicExponent: new Uint8Array([1, 0, 1]),
    hash: 'SHA-256',
  };
}

/** Makes a key pair that can be exported. */
async function createKeyPair(key: CertificateKey = 'ec-p256'): Promise<KeyPair> {
  const parameters = keyParameters[key] as webcrypto.EcKeyGenParams;
  return webcrypto.subtle.generateKey(parameters, true, ['sign', 'verify']);
}

function extensionsOf(request: CertificateRequest): x509.Extension[] {
  const { id, uris = id === undefined ? [] : [id], dnsNames = [], ipAddresses = [] } = request;
  const { isCa = false, keyUsage = ['digitalSignature'], extendedKeyUsage = ['serverAuth', 'clientAuth'] } = request;
  const extensions: x509.Extension[] = [new x509.BasicConstraintsExtension(isCa, request.pathLength, true)];
  if (keyUsage.length > 0) {
    const flags = keyUsage.reduce((bits, name) => bits | usageFlags[name], 0);
    extensions.push(new x509.KeyUsagesExtension(flags, true));
  }
  if (extendedKeyUsage.length > 0) {
    extensions.push(new x509.ExtendedKeyUsageExtension(extendedKeyUsage.map((name) => purposeOids[name])));
  }
  const names = encodeAltNames({ uris, dnsNames, ipAddresses });
  if (names !== undefined) extensions.push(new x509.Extension(altNameOid, false, Uint8Array.from(names)));
  const constraints = encodeNameConstraints(request.permittedNames ?? {}, request.excludedNames ?? {});
  if (constraints !== undefined) {
    extensions.push(new x509.Extension(nameConstraintsOid, true, Uint8Array.from(constraints)));
  }
  return extensions;
}

/** Issues a certificate. Without a signer it signs itself. */
export async function issueCertificate(
  request: CertificateRequest,
  signer?: CertificateSigner,
): Promise<IssuedCertificate> {
  const keys = await createKeyPair(request.key);
  const { startsInSeconds = -backdatedSeconds, lifetimeSeconds = defaultLifetimeSeconds } = request;
  const now = Date.now();
  const end = now + lifetimeSeconds * 1000;
  // A certificate that has ended must have begun before that.
  const start = Math.min(now + startsInSeconds * 1000, end - backdatedSeconds * 1000);
  const subject = `O=Countersign test${request.commonName === undefined ? '' : `, CN=${request.commonName}`}`;
  const { publicKey } = keys;
  const signingKey = (signer?.keys ?? keys).privateKey;
  const hash = request.signatureHash ?? 'SHA-256';
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: `4${randomBytes(15).toString('hex')}0`.slice(0, 32),
    subject,
    issuer: signer?.subject ?? subject,
    notBefore: new Date(start),
    notAfter: new Date(end),
    signingAlgorithm: { ...signingKey.algorithm, hash },
    publicKey,
    signingKey,
    extensions: [
      ...extensionsOf(request),
      await x509.SubjectKeyIdentifierExtension.create(publicKey),
      ...(signer === undefined ? [] : [await x509.AuthorityKeyIdentifierExtension.create(signer.keys.publicKey)]),
    ],
  });
  return { certificate, keys };
}

/** The private key as PKCS #8 PEM. */
export async function exportPrivateKeyPem({ privateKey }: KeyPair): Promise<string> {
  return x509.PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', privateKey), 'PRIVATE KEY');
}
