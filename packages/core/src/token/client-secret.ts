/**
 * Client authentication with a secret (RFC 6749 §2.3.1): as HTTP Basic, or in the form, and never in both. In Basic both
 * parts are form-encoded first, which many clients forget and which matters as soon as a secret holds a colon, a space
 * or a plus.
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
  /** Where the secret is sent: as HTTP Basic (default), or in the form, for servers that read it only there. */
  readonly method?: 'basic' | 'post';
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
  const { clientId, clientSecret: secret, method = 'basic' }: Partial<ClientSecretOptions> = options ?? {};
  faults.onlyKnown(options ?? {}, ['clientId', 'clientSecret', 'method']);
  checkClientId(faults, clientId);
  checkSecret(faults, secret);
  if (method !== 'basic' && method !== 'post') {
    faults.add('CONFIG_INVALID', 'method', 'is not understood', 'write "basic" or "post"');
  }
  faults.throwIfAny();
  return Object.freeze<ClientAuthentication>({
    clientId: clientId as string,
    prove: ({ headers, body }) => {
      if (method === 'post') {
        body.set('client_id', clientId as string);
        body.set('client_secret', (secret as Secret).expose());
        return;
      }
      const pair = `${formEncode(clientId as string)}:${formEncode((secret as Secret).expose())}`;
      headers.set('authorization', `Basic ${Buffer.from(pair, 'latin1').toString('base64')}`);
    },
  });
}
