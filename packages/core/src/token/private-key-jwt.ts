/**
 * Client authentication with a key (`private_key_jwt`, RFC 7523 §2.2 with draft-ietf-oauth-rfc7523bis): a JWT that
 * names the authorization server by its issuer identifier and nothing else, lives for a minute, and is never sent twice.
 * What the metadata of a server says never gets into it: a server could else have assertions made for another one.
 */
import { createHash, randomUUID, X509Certificate, type KeyObject } from 'node:crypto';
import { FaultCollector } from '../errors/configuration-error.ts';
import type { Secret } from '../errors/secret.ts';
import { algorithmNames, isAlgorithm, type Algorithm } from '../signature/algorithms.ts';
import { loadPrivateKey, signJws, type PrivateKey } from '../signature/sign-jws.ts';
import type { SigningKeys } from '../signature/signing-keys.ts';
import type { ClientAuthentication } from './client-authentication.ts';
import { checkClientId } from './client-id.ts';
import { urlProblem } from './issuer-url.ts';

interface SharedOptions {
  /** The id under which the authorization server knows this service. */
  readonly clientId: string;
  /**
   * For a server that refuses its issuer identifier as audience: the address it wants there, as its operator tells it,
   * e.g. `https://issuer.example/token`. It is written here and never taken from metadata. Such servers know no type of
   * assertion either, so its `typ` is then `JWT`.
   */
  readonly legacyAudience?: string;
}

/** A key that stays as it is. */
export interface FixedKeyOptions {
  /** The private key: unencrypted PEM in a `Secret`, or a `KeyObject`. */
  readonly key: Secret | KeyObject;
  readonly algorithm: Algorithm;
  /** `kid` of the key, as it is registered. Default: none. */
  readonly keyId?: string;
  /** PEM of the certificate of the key, for a server that finds it by `x5t#S256` (RFC 7515 §4.1.8), such as Entra ID. */
  readonly certificate?: string;
  readonly keys?: undefined;
}

/** Keys that rotate: the one that signs now is asked for each time. */
export interface RotatingKeysOptions {
  readonly keys: SigningKeys;
  readonly key?: undefined;
  readonly algorithm?: undefined;
  readonly keyId?: undefined;
  readonly certificate?: undefined;
}

/** Options of `privateKeyJwt`. */
export type PrivateKeyJwtOptions = SharedOptions & (FixedKeyOptions | RotatingKeysOptions);

const known = ['clientId', 'key', 'algorithm', 'keyId', 'certificate', 'keys', 'legacyAudience'];
const lifetimeSeconds = 60;
const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

/** A key to sign with, and what the header says of it. */
interface NamedKey {
  readonly key: PrivateKey;
  readonly names: { readonly kid?: string; readonly 'x5t#S256'?: string };
}

type FindKey = () => NamedKey | undefined;

function checkKeys(faults: FaultCollector, { keys, ...rest }: Partial<PrivateKeyJwtOptions>): FindKey {
  if (typeof keys?.find !== 'function' || Array.isArray(keys)) {
    faults.add('CONFIG_INVALID', 'keys', 'is no source of keys', 'pass an object with find(), or key and algorithm');
  }
  for (const name of ['key', 'algorithm', 'keyId', 'certificate'] as const) {
    if (rest[name] !== undefined) faults.add('CONFIG_CONFLICT', name, 'stands beside keys', 'leave one of them out');
  }
  return () => {
    const found = keys?.find();
    return found && { key: found.key, names: { kid: found.keyId } };
  };
}

function checkCertificate(faults: FaultCollector, certificate: unknown, { keyObject }: PrivateKey): string | undefined {
  if (certificate === undefined) return undefined;
  const fix = 'pass the certificate of the key as PEM, or leave it out';
  try {
    const parsed = new X509Certificate(typeof certificate === 'string' ? certificate : '');
    if (parsed.checkPrivateKey(keyObject)) return createHash('sha256').update(parsed.raw).digest('base64url');
    faults.add('CONFIG_INVALID', 'certificate', 'does not belong to the key', fix);
  } catch {
    faults.add('CONFIG_INVALID', 'certificate', 'cannot be read', fix);
  }
  return undefined;
}

function checkKey(faults: FaultCollector, options: Partial<PrivateKeyJwtOptions>): FindKey {
  const { algorithm, key, keyId, certificate } = options;
  if (keyId !== undefined && (typeof keyId !== 'string' || keyId === '')) {
    faults.add('CONFIG_INVALID', 'keyId', 'is not a text', 'write the kid of the key, or leave it out');
  }
  if (key === undefined) {
    const fix = 'pass key: new Secret(pem) and algorithm, or keys that rotate';
    faults.add('CONFIG_MISSING', 'key', 'is absent, and so are keys', fix);
  }
  if (!isAlgorithm(algorithm)) {
    faults.add('CONFIG_INVALID', 'algorithm', 'is not an algorithm', `write one of ${algorithmNames.join(', ')}`);
  }
  if (key === undefined || !isAlgorithm(algorithm)) return () => undefined;
  const loaded = loadPrivateKey(key, algorithm);
  if (!loaded.ok) {
    const fix = 'pass new Secret(pem) with an unencrypted private key, and write the algorithm that it is for';
    faults.add('CONFIG_KEY_REFUSED', 'key', loaded.problem, fix);
    return () => undefined;
  }
  const thumbprint = checkCertificate(faults, certificate, loaded.key);
  const names = { ...(keyId !== undefined && { kid: keyId }), ...(thumbprint && { 'x5t#S256': thumbprint }) };
  const fixed = { key: loaded.key, names };
  return () => fixed;
}

/**
 * Proves this service with a key.
 * @throws {ConfigurationError} with every fault of the options.
 */
export function privateKeyJwt(options: PrivateKeyJwtOptions): ClientAuthentication {
  const faults = new FaultCollector('privateKeyJwt');
  const given: Partial<PrivateKeyJwtOptions> = options ?? {};
  faults.onlyKnown(given, known);
  checkClientId(faults, given.clientId);
  const findKey = given.keys === undefined ? checkKey(faults, given) : checkKeys(faults, given);
  const problem = given.legacyAudience === undefined ? undefined : urlProblem(given.legacyAudience, false);
  if (problem !== undefined) {
    const fix = 'write the token endpoint that the server wants to read, or leave it out';
    faults.add('CONFIG_INVALID', 'legacyAudience', problem, fix);
  }
  faults.throwIfAny();
  const { clientId, legacyAudience } = options;
  return Object.freeze<ClientAuthentication>({
    clientId,
    prove: ({ body, issuer, now }) => {
      const signing = findKey();
      if (signing === undefined) throw new TypeError('There is no key to sign with.');
      const { key, names } = signing;
      const header = { typ: legacyAudience === undefined ? 'client-authentication+jwt' : 'JWT', ...names };
      const iat = Math.floor(now / 1000);
      const aud = legacyAudience ?? issuer;
      const claims = { iss: clientId, sub: clientId, aud, jti: randomUUID(), iat, exp: iat + lifetimeSeconds };
      // The assertion names the client already; some servers look for the parameter first (RFC 7521 §4.2 permits it).
      body.set('client_id', clientId);
      body.set('client_assertion_type', assertionType);
      body.set('client_assertion', signJws(header, claims, key));
    },
  });
}
