/**
 * What a workload shows of itself over TLS: a key and its certificate. A source keeps it fresh, so that servers and
 * clients that were given the source follow every rotation.
 */
import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto';
import { FaultCollector } from '../errors/configuration-error.ts';
import { Secret } from '../errors/secret.ts';
import { readCertificateFields, type CertificateFields } from './certificate-fields.ts';
import { readPemBlocks } from './pem-blocks.ts';

/** One key with its certificate. Frozen; a rotated one is a new object. */
export interface X509Identity {
  /** The private key, as PEM. */
  readonly key: Secret;
  /** The certificate and its intermediates, leaf first, as PEM. */
  readonly certificate: string;
  /** The URI names of the leaf: one SPIFFE ID, when it is an X509-SVID. */
  readonly uris: readonly string[];
  /** Epoch milliseconds. */
  readonly notBefore: number;
  /** Epoch milliseconds. */
  readonly notAfter: number;
}

/** Supplies what to show now. */
export interface IdentitySource {
  /** The identity; undefined while there is none yet, or none any more. */
  find(): X509Identity | undefined;
  /** Calls back after each change, until the answer is called. What the listener throws is swallowed. */
  watch(listener: () => void): () => void;
  /** Settles when there is an identity; rejects when it cannot be had. */
  ready?(): Promise<void>;
  close?(): Promise<void>;
}

/** What an identity is made from. */
export interface X509IdentityOptions {
  /** The private key, as PEM, unencrypted. */
  readonly key: Secret;
  /** The certificate and its intermediates, leaf first, as PEM. */
  readonly certificate: string;
}

function readKey(faults: FaultCollector, key: unknown): KeyObject | undefined {
  if (!(key instanceof Secret)) {
    faults.add('CONFIG_INVALID', 'key', 'is not a Secret', 'pass new Secret(readFileSync("key.pem", "utf8"))');
    return undefined;
  }
  try {
    return createPrivateKey(key.expose());
  } catch {
    faults.add('CONFIG_KEY_REFUSED', 'key', 'cannot be read as a private key', 'pass an unencrypted PEM private key');
    return undefined;
  }
}

interface Leaf {
  readonly certificate: X509Certificate;
  readonly fields: CertificateFields;
}

/** The first of the chain. The chain is shown to everybody, so a key that stands in it is a fault. */
function readLeaf(faults: FaultCollector, chain: unknown): Leaf | undefined {
  const fix = 'pass the chain as PEM, leaf first, without the key';
  const read = (block: string): X509Certificate => new X509Certificate(block);
  const text = typeof chain === 'string' ? chain : '';
  const [certificate] = readPemBlocks(text, { option: 'certificate', label: 'CERTIFICATE', fix, read }, faults);
  if (certificate === undefined) {
    faults.add('CONFIG_INVALID', 'certificate', 'cannot be read', fix);
    return undefined;
  }
  const fields = readCertificateFields(certificate.raw);
  if (fields.ok) return { certificate, fields: fields.fields };
  faults.add('CONFIG_INVALID', 'certificate', `has a ${fields.problem} that cannot be read`, 'issue it again');
  return undefined;
}

/**
 * Makes an identity from PEM texts.
 * @throws {ConfigurationError} with every fault; also when certificate and key are no pair.
 */
export function x509Identity(options: X509IdentityOptions): X509Identity {
  const faults = new FaultCollector('x509Identity');
  const { key, certificate } = options ?? {};
  faults.onlyKnown(options ?? {}, ['key', 'certificate']);
  const privateKey = readKey(faults, key);
  const leaf = readLeaf(faults, certificate);
  if (privateKey !== undefined && leaf !== undefined && !leaf.certificate.checkPrivateKey(privateKey)) {
    faults.add('CONFIG_INVALID', 'certificate', 'does not belong to the key', 'pass the pair that was issued together');
  }
  faults.throwIfAny();
  const { uris, notBefore, notAfter } = (leaf as Leaf).fields;
  return Object.freeze({ key, certificate, uris, notBefore, notAfter });
}
