/**
 * Certificates for tests, written byte by byte and signed by node:crypto: every field can be wrong in one way, and the
 * signature still holds. Written without the reader under test and without the parser it is compared with.
 */
import {
  constants,
  createHash,
  generateKeyPairSync,
  sign,
  X509Certificate,
  type KeyObject,
  type SignKeyObjectInput,
} from 'node:crypto';

export const startOfTest: number = Date.parse('2026-11-24T12:00:00Z');
export const hour = 3_600_000;
export const day: number = 24 * hour;

/** A key pair. */
export interface Keys {
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

/** How a certificate is signed. */
export interface Signing {
  /** The AlgorithmIdentifier, as DER. */
  readonly identifier: Buffer;
  readonly sign: (body: Buffer, key: KeyObject) => Buffer;
}

/** What is put into a certificate. Everything has a good value. */
export interface CertificateOptions {
  /** Common name. */
  readonly name?: string;
  readonly keys?: Keys;
  /** Default: itself. */
  readonly issuer?: Issued;
  readonly uris?: readonly string[];
  readonly dnsNames?: readonly string[];
  readonly ca?: boolean;
  readonly pathLength?: number;
  /** The first byte of the bit string; undefined leaves the extension out. */
  readonly keyUsage?: number | undefined;
  readonly keyUsageCritical?: boolean;
  /** Undefined leaves the extension out. */
  readonly purposes?: readonly string[] | undefined;
  /** Epoch milliseconds. */
  readonly notBefore?: number;
  readonly notAfter?: number;
  readonly keyId?: string;
  readonly signing?: Signing;
  /** Changes the extensions, each a whole Extension. */
  readonly extensions?: (good: readonly Buffer[]) => readonly Buffer[];
  /** Changes the parts of the signed body: version, serial, algorithm, issuer, validity, subject, key, extensions. */
  readonly parts?: (good: readonly Buffer[]) => readonly Buffer[];
  /** The unsigned algorithm identifier. */
  readonly outerAlgorithm?: Buffer;
}

/** A certificate with its key. */
export interface Issued {
  readonly raw: Buffer;
  readonly certificate: X509Certificate;
  readonly keys: Keys;
  readonly pem: string;
  readonly keyPem: string;
  readonly name: string;
  readonly keyId: string;
}

export const usage = { digitalSignature: 0x80, keyAgreement: 0x08, keyCertSign: 0x04, crlSign: 0x02 } as const;
export const purposes = {
  server: '1.3.6.1.5.5.7.3.1',
  client: '1.3.6.1.5.5.7.3.2',
  codeSigning: '1.3.6.1.5.5.7.3.3',
  any: '2.5.29.37.0',
} as const;
export const ids = {
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  nameConstraints: '2.5.29.30',
  purposes: '2.5.29.37',
} as const;

/** One element: tag, length, content. */
export function der(tag: number, ...contents: readonly (Uint8Array | readonly number[])[]): Buffer {
  const content = Buffer.concat(contents.map((one) => Buffer.from(one)));
  const { length } = content;
  const head =
    length < 0x80
      ? [length]
      : length < 0x100
        ? [0x81, length]
        : length < 0x10000
          ? [0x82, length >> 8, length & 0xff]
          : [0x83, length >> 16, (length >> 8) & 0xff, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...head]), content]);
}

export function oid(text: string): Buffer {
  const [first = 0, second = 0, ...rest] = text.split('.').map(Number);
  const base128 = (arc: number): number[] => {
    const bytes = [arc & 0x7f];
    for (let left = Math.floor(arc / 128); left > 0; left = Math.floor(left / 128)) bytes.unshift((left & 0x7f) | 0x80);
    return bytes;
  };
  return der(0x06, [first * 40 + second, ...rest].flatMap(base128));
}

export const text = (tag: number, value: string): Buffer => der(tag, Buffer.from(value, 'latin1'));

export function time(at: number): Buffer {
  const digits = new Date(at).toISOString().replaceAll(/[-:T]|\.\d+/g, '');
  return digits < '2050' ? text(0x17, digits.slice(2)) : text(0x18, digits);
}

export const nameOf = (commonName: string): Buffer =>
  der(0x30, ...(commonName === '' ? [] : [der(0x31, der(0x30, oid('2.5.4.3'), text(0x0c, commonName)))]));

export function extension(id: string, value: Uint8Array, critical = false): Buffer {
  return der(0x30, oid(id), ...(critical ? [der(0x01, [0xff])] : []), der(0x04, value));
}

const identifierOf = (id: string, ...parameters: readonly Buffer[]): Buffer => der(0x30, oid(id), ...parameters);
const hashIds: Record<string, string> = {
  sha1: '1.3.14.3.2.26',
  sha256: '2.16.840.1.101.3.4.2.1',
  sha384: '2.16.840.1.101.3.4.2.2',
  sha512: '2.16.840.1.101.3.4.2.3',
};
const nothing = der(0x05);

export const ecdsa = (hash: 'sha1' | 'sha256' | 'sha384' | 'sha512' = 'sha256'): Signing => ({
  identifier: identifierOf(
    {
      sha1: '1.2.840.10045.4.1',
      sha256: '1.2.840.10045.4.3.2',
      sha384: '1.2.840.10045.4.3.3',
      sha512: '1.2.840.10045.4.3.4',
    }[hash],
  ),
  sign: (body, key) => sign(hash, body, key),
});
export const ed25519: Signing = { identifier: identifierOf('1.3.101.112'), sign: (body, key) => sign(null, body, key) };
export const rsa = (hash: 'md5' | 'sha1' | 'sha256'): Signing => ({
  identifier: identifierOf(
    { md5: '1.2.840.113549.1.1.4', sha1: '1.2.840.113549.1.1.5', sha256: '1.2.840.113549.1.1.11' }[hash],
    nothing,
  ),
  sign: (body, key) => sign(hash, body, key),
});

/** RSASSA-PSS (RFC 4055 §3.1); without a hash the parameters are left out, which means SHA-1. */
export function rsaPss(hash?: string, maskHash: string | undefined = hash): Signing {
  const hashOf = (name: string): Buffer => identifierOf(hashIds[name] ?? '', nothing);
  const salt = hash === undefined ? 20 : createHash(hash).digest().length;
  const parameters =
    hash === undefined || maskHash === undefined
      ? der(0x30)
      : der(
          0x30,
          der(0xa0, hashOf(hash)),
          der(0xa1, identifierOf('1.2.840.113549.1.1.8', hashOf(maskHash))),
          der(0xa2, der(0x02, [salt])),
        );
  const padding: Omit<SignKeyObjectInput, 'key'> = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: salt };
  return {
    identifier: identifierOf('1.2.840.113549.1.1.10', parameters),
    sign: (body, key) => sign(hash ?? 'sha1', body, { key, ...padding }),
  };
}

const made = new Map<string, Keys>();

/** Key pairs by name: the same name is the same key. */
export function keysOf(name: string): Keys {
  let keys = made.get(name);
  if (keys === undefined) {
    keys = name.startsWith('rsa')
      ? generateKeyPairSync('rsa', { modulusLength: Number(name.split('-')[1] ?? 2048) })
      : name.startsWith('ed25519')
        ? generateKeyPairSync('ed25519')
        : generateKeyPairSync('ec', { namedCurve: name.startsWith('secp256k1') ? 'secp256k1' : 'prime256v1' });
    made.set(name, keys);
  }
  return keys;
}

let issued = 0;

function extensionsOf(options: CertificateOptions, keyId: string): readonly Buffer[] {
  const { ca = false, pathLength, uris = [], dnsNames = [], issuer } = options;
  const bits =
    'keyUsage' in options ? options.keyUsage : ca ? usage.keyCertSign | usage.crlSign : usage.digitalSignature;
  const names = [...uris.map((one) => text(0x86, one)), ...dnsNames.map((one) => text(0x82, one))];
  const wanted = 'purposes' in options ? options.purposes : ca ? undefined : [purposes.server, purposes.client];
  const unused = bits === undefined ? 0 : Math.min(7, Math.clz32(bits & -bits) ^ 31);
  const constraints = ca
    ? der(0x30, der(0x01, [0xff]), ...(pathLength === undefined ? [] : [der(0x02, [pathLength])]))
    : der(0x30);
  return [
    extension(ids.basicConstraints, constraints, true),
    ...(bits === undefined
      ? []
      : [extension(ids.keyUsage, der(0x03, [unused, bits]), options.keyUsageCritical ?? true)]),
    ...(wanted === undefined ? [] : [extension(ids.purposes, der(0x30, ...wanted.map(oid)))]),
    ...(names.length === 0 ? [] : [extension(ids.subjectAltName, der(0x30, ...names))]),
    extension('2.5.29.14', text(0x04, keyId)),
    ...(issuer === undefined ? [] : [extension('2.5.29.35', der(0x30, text(0x80, issuer.keyId)))]),
  ];
}

/** Issues a certificate. By default an end entity of the name `leaf` that signed itself. */
export function issue(options: CertificateOptions = {}): Issued {
  const { name = 'leaf', issuer, notBefore = startOfTest - hour, notAfter = startOfTest + hour } = options;
  const keys = options.keys ?? keysOf(name);
  const keyId =
    options.keyId ??
    createHash('sha1')
      .update(keys.publicKey.export({ type: 'spki', format: 'der' }))
      .digest('hex');
  const signing = options.signing ?? ecdsa();
  issued += 1;
  const good = extensionsOf(options, keyId);
  const body = der(
    0x30,
    ...(options.parts ?? ((parts) => parts))([
      der(0xa0, der(0x02, [2])),
      der(0x02, [0x40, issued >> 8, issued & 0xff]),
      signing.identifier,
      nameOf(issuer?.name ?? name),
      der(0x30, time(notBefore), time(notAfter)),
      nameOf(name),
      keys.publicKey.export({ type: 'spki', format: 'der' }),
      der(0xa3, der(0x30, ...(options.extensions?.(good) ?? good))),
    ]),
  );
  const signature = signing.sign(body, (issuer?.keys ?? keys).privateKey);
  const raw = der(0x30, body, options.outerAlgorithm ?? signing.identifier, der(0x03, [0], signature));
  const pem = `-----BEGIN CERTIFICATE-----\n${raw.toString('base64')}\n-----END CERTIFICATE-----\n`;
  const keyPem = String(keys.privateKey.export({ type: 'pkcs8', format: 'pem' }));
  // Some bytes are so wrong that OpenSSL cannot read them: then only reading the certificate fails.
  return {
    raw,
    get certificate() {
      return new X509Certificate(raw);
    },
    keys,
    pem,
    keyPem,
    name,
    keyId,
  };
}

/** A root CA. */
export function root(options: CertificateOptions = {}): Issued {
  return issue({ name: 'root', ca: true, notBefore: startOfTest - day, notAfter: startOfTest + day, ...options });
}

/** An X.509-SVID. */
export function svid(issuer: Issued, options: CertificateOptions = {}): Issued {
  return issue({ name: 'orders', uris: ['spiffe://prod.test/orders'], issuer, ...options });
}
