/** Checks how a client of the test issuer proves itself: in one way, since a server registers one for each client. */
import { X509Certificate } from 'node:crypto';
import { Secret, type FaultCollector } from '@countersign/core';

type Members = Readonly<Record<string, unknown>>;

const proofs = ['clientSecret', 'publicJwk', 'certificateName', 'certificatePem', 'spiffeId'] as const;

function isCertificateName(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const names = Object.entries(value);
  const [[kind, name] = []] = names;
  return names.length === 1 && (kind === 'uri' || kind === 'dns') && typeof name === 'string' && name !== '';
}

function isCertificate(value: unknown): boolean {
  try {
    return typeof value === 'string' && new X509Certificate(value).raw.length > 0;
  } catch {
    return false;
  }
}

/** Checks the proof of a client. */
export function checkClientProof(faults: FaultCollector, path: string, client: Members): void {
  const given = proofs.filter((name) => client[name] !== undefined);
  if (given.length === 0) {
    faults.add('CONFIG_MISSING', path, 'has no secret and no key', `name one of ${proofs.join(', ')}`);
  }
  if (given.length > 1) {
    faults.add('CONFIG_CONFLICT', path, `has ${given.join(' and ')}`, 'keep one: a client proves itself in one way');
  }
  const { clientSecret, publicJwk, certificateName, certificatePem, spiffeId } = client;
  const invalid = (name: string, problem: string, fix: string): void =>
    faults.add('CONFIG_INVALID', `${path}.${name}`, problem, fix);
  if (clientSecret !== undefined && !(clientSecret instanceof Secret)) {
    invalid('clientSecret', 'is no Secret', 'pass new Secret(text)');
  }
  if (publicJwk !== undefined && (typeof publicJwk !== 'object' || publicJwk === null)) {
    invalid('publicJwk', 'is no JWK', 'pass the public JWK of the client, with its alg');
  }
  if (certificateName !== undefined && !isCertificateName(certificateName)) {
    invalid('certificateName', 'is no name', "write { uri: 'spiffe://…' } or { dns: '…' }");
  }
  if (spiffeId !== undefined && !(typeof spiffeId === 'string' && spiffeId.startsWith('spiffe://'))) {
    invalid('spiffeId', 'is no SPIFFE ID', "write e.g. 'spiffe://prod.test/orders'");
  }
  if (certificatePem !== undefined && !isCertificate(certificatePem)) {
    invalid('certificatePem', 'is no certificate', 'pass the PEM of the certificate of the client');
  }
}
