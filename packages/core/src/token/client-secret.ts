/**
 * Client authentication with a secret (RFC 6749 §2.3.1): as HTTP Basic, or in the form, and never in both. In Basic both
 * parts are form-encoded first, which many clients forget and which matters as soon as a secret holds a colon, a space
 * or a plus. It is the last resort, and says so at start: whoever reads the secret is this client.
 */
import { FaultCollector } from '../errors/configuration-error.ts';
import type { MaybePromise } from '../errors/outcome.ts';
import { Secret } from '../errors/secret.ts';
import { whenKnown } from '../errors/when-known.ts';
import type { ClientAuthentication, ClientAuthenticationWarning } from './client-authentication.ts';
import { checkClientId } from './client-id.ts';
import { keptSecret, secretProblem, type KeptSecret } from './kept-secret.ts';
import type { SecretSource } from './secret-source.ts';

/** Options of `clientSecret`. */
export interface ClientSecretOptions {
  /** The id under which the authorization server knows this service. */
  readonly clientId: string;
  /** The secret; or where it comes from: `secretFile(path)`, or a function, which is asked about once a minute. */
  readonly clientSecret: Secret | SecretSource | (() => MaybePromise<Secret>);
  /** When a fixed secret was issued, as `2026-11-26`. A secret that is older than 90 days is told about. */
  readonly issuedAt?: string;
  /** Where the secret is sent: as HTTP Basic (default), or in the form, for servers that read it only there. */
  readonly method?: 'basic' | 'post';
  /** `none` sends Basic without form-encoding, for servers that do not decode it. Default `form`. */
  readonly encoding?: 'form' | 'none';
}

const known = ['clientId', 'clientSecret', 'issuedAt', 'method', 'encoding'];
const oldAfterDays = 90;
const dayMilliseconds = 86_400_000;

/** `application/x-www-form-urlencoded`, for one value. */
function formEncode(value: string): string {
  return new URLSearchParams([['', value]]).toString().slice(1);
}

function isSource(value: unknown): value is SecretSource {
  return typeof value === 'object' && value !== null && typeof (value as Partial<SecretSource>).read === 'function';
}

function sourceOf({ clientSecret, issuedAt }: ClientSecretOptions): SecretSource {
  if (typeof clientSecret === 'function') return { read: async () => ({ secret: await clientSecret() }) };
  if (isSource(clientSecret)) return clientSecret;
  const fixed = { secret: clientSecret, ...(issuedAt !== undefined && { issuedAt: Date.parse(issuedAt) }) };
  return { read: () => fixed, first: fixed, refreshSeconds: Infinity };
}

function checkSecret(faults: FaultCollector, secret: unknown): void {
  if (typeof secret === 'function' || isSource(secret)) return;
  const problem = secretProblem(secret);
  if (problem === undefined) return;
  const code = problem === 'is empty' ? 'CONFIG_MISSING' : 'CONFIG_INVALID';
  faults.add(code, 'clientSecret', problem, 'pass secretFile(path), new Secret(text) without line end, or a function');
}

function check(options: ClientSecretOptions): void {
  const faults = new FaultCollector('clientSecret');
  const { clientId, clientSecret: secret, issuedAt, method, encoding }: Partial<ClientSecretOptions> = options ?? {};
  faults.onlyKnown(options ?? {}, known);
  checkClientId(faults, clientId);
  checkSecret(faults, secret);
  if (issuedAt !== undefined && (typeof issuedAt !== 'string' || Number.isNaN(Date.parse(issuedAt)))) {
    faults.add('CONFIG_INVALID', 'issuedAt', 'is not a date', 'write e.g. "2026-11-26", or leave it out');
  } else if (issuedAt !== undefined && !(secret instanceof Secret)) {
    faults.add('CONFIG_CONFLICT', 'issuedAt', 'stands beside a source', 'leave it out: the source knows it');
  }
  if (method !== undefined && method !== 'basic' && method !== 'post') {
    faults.add('CONFIG_INVALID', 'method', 'is not understood', 'write "basic" or "post"');
  }
  if (encoding !== undefined && encoding !== 'form' && encoding !== 'none') {
    faults.add('CONFIG_INVALID', 'encoding', 'is not understood', 'write "form" or "none"');
  } else if (encoding === 'none' && (method === 'post' || clientId?.includes(':') === true)) {
    faults.add('CONFIG_CONFLICT', 'encoding', 'is of Basic, and needs a client id without colon', 'leave it out');
  }
  faults.throwIfAny();
}

function warningsOf(clientId: string, kept: KeptSecret): (now: number) => ClientAuthenticationWarning[] {
  const shared: ClientAuthenticationWarning = {
    code: 'CLIENT_SECRET_SHARED',
    message: 'A shared secret proves this service to an issuer. A key of its own would be better.',
    facts: { clientId },
  };
  return (now) => {
    const ageDays = Math.floor((now - (kept.issuedAt() ?? now)) / dayMilliseconds);
    const old: ClientAuthenticationWarning = {
      code: 'CLIENT_SECRET_OLD',
      message: `A shared secret is older than ${oldAfterDays} days.`,
      facts: { clientId, ageDays },
    };
    const unreadable: ClientAuthenticationWarning = {
      code: 'CLIENT_SECRET_UNREADABLE',
      message: 'A shared secret could not be read again. The last one stays in use.',
      facts: { clientId },
    };
    return [shared, ...(ageDays >= oldAfterDays ? [old] : []), ...(kept.isUnreadable() ? [unreadable] : [])];
  };
}

/**
 * Proves this service with a secret.
 * @throws {ConfigurationError} with every fault of the options.
 */
export function clientSecret(options: ClientSecretOptions): ClientAuthentication {
  check(options);
  const { clientId, clientSecret: given, method = 'basic', encoding = 'form' } = options;
  const encode = encoding === 'form' ? formEncode : (value: string): string => value;
  const kept = keptSecret(sourceOf(options));
  return Object.freeze<ClientAuthentication>({
    clientId,
    prove: ({ headers, body, now }) =>
      whenKnown(kept.current(now), (secret) => {
        if (method === 'post') {
          body.set('client_id', clientId);
          body.set('client_secret', secret.expose());
          return;
        }
        const pair = `${encode(clientId)}:${encode(secret.expose())}`;
        headers.set('authorization', `Basic ${Buffer.from(pair, 'utf8').toString('base64')}`);
      }),
    ...(!(given instanceof Secret) && { renew: () => kept.renew() }),
    warnings: warningsOf(clientId, kept),
  });
}
