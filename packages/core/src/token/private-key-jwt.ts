/**
 * Client authentication with a key (`private_key_jwt`, RFC 7523 §2.2 with draft-ietf-oauth-rfc7523bis): a JWT that
 * names the authorization server by its issuer identifier and nothing else, lives for a minute, and is never sent twice.
 */
import { randomUUID, type KeyObject } from 'node:crypto';
import { FaultCollector } from '../errors/configuration-error.ts';
import type { Secret } from '../errors/secret.ts';
import { algorithmNames, isAlgorithm, type Algorithm } from '../signature/algorithms.ts';
import { loadPrivateKey, signJws, type PrivateKey } from '../signature/sign-jws.ts';
import type { ClientAuthentication } from './client-authentication.ts';
import { checkClientId } from './client-id.ts';

/** Options of `privateKeyJwt`. */
export interface PrivateKeyJwtOptions {
  /** The id under which the authorization server knows this service. */
  readonly clientId: string;
  /** The private key: unencrypted PEM in a `Secret`, or a `KeyObject`. */
  readonly key: Secret | KeyObject;
  readonly algorithm: Algorithm;
  /** `kid` of the key, as it is registered. Default: none. */
  readonly keyId?: string;
}

const known = ['clientId', 'key', 'algorithm', 'keyId'];
const lifetimeSeconds = 60;
const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

function checkKey(faults: FaultCollector, options: Partial<PrivateKeyJwtOptions>): PrivateKey | undefined {
  const { algorithm, key, keyId } = options;
  if (keyId !== undefined && (typeof keyId !== 'string' || keyId === '')) {
    faults.add('CONFIG_INVALID', 'keyId', 'is not a text', 'write the kid of the key, or leave it out');
  }
  if (!isAlgorithm(algorithm)) {
    faults.add('CONFIG_INVALID', 'algorithm', 'is not an algorithm', `write one of ${algorithmNames.join(', ')}`);
    return undefined;
  }
  const loaded = loadPrivateKey(key, algorithm);
  if (loaded.ok) return loaded.key;
  faults.add('CONFIG_KEY_REFUSED', 'key', loaded.problem, 'pass new Secret(pem) with an unencrypted private key');
  return undefined;
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
  const key = checkKey(faults, given);
  faults.throwIfAny();
  const { clientId, keyId } = options;
  const header = { typ: 'client-authentication+jwt', ...(keyId !== undefined && { kid: keyId }) };
  return Object.freeze<ClientAuthentication>({
    clientId,
    prove: ({ body, issuer, now }) => {
      const iat = Math.floor(now / 1000);
      const claims = { iss: clientId, sub: clientId, aud: issuer, jti: randomUUID(), iat, exp: iat + lifetimeSeconds };
      // The assertion names the client already; some servers look for the parameter first (RFC 7521 §4.2 permits it).
      body.set('client_id', clientId);
      body.set('client_assertion_type', assertionType);
      body.set('client_assertion', signJws(header, claims, key as PrivateKey));
    },
  });
}
