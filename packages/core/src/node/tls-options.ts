/**
 * TLS settings for servers that ask their clients for certificates. The settings that undo the check (tickets shared
 * between processes, old protocols, no verification) have no name here.
 */
import { constants, createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto';
import { FaultCollector } from '../errors/configuration-error.ts';
import { Secret } from '../errors/secret.ts';
import type { TrustBundle } from '../certificate/trust-bundle.ts';

/** Options of `createTlsOptions`. */
export interface CreateTlsOptions {
  /** The private key of this service, as PEM. */
  readonly key: Secret;
  /** The certificate of this service and its intermediates, leaf first, as PEM. */
  readonly certificate: string;
  /** The authorities that client certificates may come from. */
  readonly trustBundles: readonly [TrustBundle, ...TrustBundle[]];
  /**
   * `required`: a client without a good certificate gets no connection. `permissive`: it gets one, is nobody, and
   * reads its refusal over HTTP.
   */
  readonly clientCertificate: 'required' | 'permissive';
}

/** Settings for `https.createServer`, `http2.createSecureServer`, Fastify's `https` and Nest's `httpsOptions`. */
export interface TlsOptions {
  readonly key: string;
  readonly cert: string;
  readonly ca: string[];
  readonly requestCert: true;
  readonly rejectUnauthorized: boolean;
  /** TLS 1.3 is negotiated where the client can; 1.2 stays for those who cannot, without renegotiation. */
  readonly minVersion: 'TLSv1.2';
  /**
   * No session tickets: a resumed session carries the identity of the old handshake past expiry, revocation and the
   * removal of its CA, and on Node 20 and 22 makes a client without certificate look authorized.
   */
  readonly secureOptions: number;
}

/**
 * Makes the settings.
 * @throws {ConfigurationError} with every fault of the options.
 */
export function createTlsOptions(options: CreateTlsOptions): TlsOptions {
  const faults = new FaultCollector('createTlsOptions');
  const { key, certificate, trustBundles, clientCertificate } = options ?? {};
  faults.onlyKnown(options ?? {}, ['key', 'certificate', 'trustBundles', 'clientCertificate']);
  if (clientCertificate !== 'required' && clientCertificate !== 'permissive') {
    faults.add(
      'CONFIG_MISSING',
      'clientCertificate',
      'is not chosen',
      'write "required", or "permissive" while you migrate',
    );
  }
  const bundles = checkBundles(faults, trustBundles);
  checkPair(faults, key, certificate);
  faults.throwIfAny();
  return {
    key: key.expose(),
    cert: certificate,
    ca: bundles.flatMap(({ authorities }) => authorities.map((authority) => authority.toString())),
    requestCert: true,
    rejectUnauthorized: clientCertificate === 'required',
    minVersion: 'TLSv1.2',
    secureOptions: constants.SSL_OP_NO_TICKET | constants.SSL_OP_NO_RENEGOTIATION,
  };
}

function checkBundles(faults: FaultCollector, bundles: unknown): readonly TrustBundle[] {
  const list = (Array.isArray(bundles) ? bundles : []) as readonly (Partial<TrustBundle> | null)[];
  if (list.length > 0 && list.every((one) => Array.isArray(one?.authorities) && one.authorities.length > 0)) {
    return list as readonly TrustBundle[];
  }
  const problem = list.length === 0 ? 'is empty' : 'holds something that is not a trust bundle';
  faults.add('CONFIG_MISSING', 'trustBundles', problem, 'pass [trustBundle({ trustDomain, pem })]');
  return [];
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

function checkPair(faults: FaultCollector, key: unknown, certificate: unknown): void {
  const privateKey = readKey(faults, key);
  let leaf: X509Certificate;
  try {
    leaf = new X509Certificate(String(certificate));
  } catch {
    faults.add('CONFIG_INVALID', 'certificate', 'cannot be read', 'pass the chain as PEM, leaf first');
    return;
  }
  if (privateKey !== undefined && !leaf.checkPrivateKey(privateKey)) {
    faults.add('CONFIG_INVALID', 'certificate', 'does not belong to the key', 'pass the pair that was issued together');
  }
}
