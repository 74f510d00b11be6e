/**
 * Client authentication with a secret, as HTTP Basic (RFC 6749 §2.3.1): both parts are form-encoded first, which many
 * clients forget and which matters as soon as a secret holds a colon, a space or a plus.
 */
import { FaultCollector } from '../errors/configuration-error.ts';
import { Secret } from '../errors/secret.ts';
import type { ClientAuthentication } from './client-authentication.ts';
import { checkClientId } from './client-id.ts';

/** Options of `clientSecret`. */
export interface ClientSecretOptions {
  /** The id under which the authorization server knows this service. */
  readonly clientId: string;
  readonly clientSecret: Secret;
}

/** `application/x-www-form-urlencoded`, for one value. */
function formEncode(value: string): string {
  return new URLSearchParams([['', value]]).toString().slice(1);
}

function checkSecret(faults: FaultCollector, secret: unknown): void {
  if (!(secret instanceof Secret)) {
    faults.add('CONFIG_INVALID', 'clientSecret', 'is not a Secret', 'pass new Secret(text)');
  } else if (secret.expose() === '') {
    faults.add('CONFIG_MISSING', 'clientSecret', 'is empty', 'pass the secret of this client');
  } else if (secret.expose() !== secret.expose().trim()) {
    faults.add(
      'CONFIG_INVALID',
      'clientSecret',
      'begins or ends with white space',
      'take off the line end of its file',
    );
  }
}

/**
 * Proves this service with a secret.
 * @throws {ConfigurationError} with every fault of the options.
 */
export function clientSecret(options: ClientSecretOptions): ClientAuthentication {
  const faults = new FaultCollector('clientSecret');
  const { clientId, clientSecret: secret }: Partial<ClientSecretOptions> = options ?? {};
  faults.onlyKnown(options ?? {}, ['clientId', 'clientSecret']);
  checkClientId(faults, clientId);
  checkSecret(faults, secret);
  faults.throwIfAny();
  return Object.freeze<ClientAuthentication>({
    clientId: clientId as string,
    prove: ({ headers }) => {
      const pair = `${formEncode(clientId as string)}:${formEncode((secret as Secret).expose())}`;
      headers.set('authorization', `Basic ${Buffer.from(pair, 'latin1').toString('base64')}`);
    },
  });
}
