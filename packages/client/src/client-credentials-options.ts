/** The options of `clientCredentials`, checked once: every fault in one error, with the fix. */
import {
  checkWaiver,
  FaultCollector,
  parseScopes,
  Secret,
  systemClock,
  type Fetch,
  type Waiver,
} from '@countersign/core';
import type { ClientTls } from './client-tls.ts';

/** Options of `clientCredentials`. */
export interface ClientCredentialsOptions {
  /** The issuer identifier, exactly as its metadata states it. */
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: Secret;
  /** What to ask for, space-separated. Default: what the issuer gives by itself. */
  readonly scope?: string;
  /** How the secret is sent (RFC 6749 §2.3.1). Default `client_secret_basic`. */
  readonly clientAuthentication?: 'client_secret_basic' | 'client_secret_post';
  /** Name of the parameter for the audience: that of RFC 8707 (default), or the one of some older servers. */
  readonly audienceParameter?: 'resource' | 'audience';
  /** Which metadata document to read: OpenID Connect Discovery (default) or RFC 8414. */
  readonly discovery?: 'openid' | 'oauth';
  /** Address of the token endpoint, instead of discovery. */
  readonly tokenEndpoint?: string;
  /** Other origins that the metadata may name for its token endpoint, e.g. `https://tokens.example`. */
  readonly tokenEndpointOrigins?: readonly string[];
  /** Longest wait for the issuer, in seconds. Default 5, at most 60. */
  readonly timeoutSeconds?: number;
  /** Connections to the issuer. Default: TLS with the CAs of the system. */
  readonly tls?: ClientTls;
  /** For tests: sends the requests to the issuer instead of `tls`. */
  readonly fetch?: Fetch;
  /** Permits an issuer on plain http, until the waiver ends. */
  readonly allowHttp?: Waiver;
}

/** The options after the check. */
export interface ClientCredentialsSettings {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: Secret;
  readonly scopes: readonly string[];
  readonly clientAuthentication: 'client_secret_basic' | 'client_secret_post';
  readonly audienceParameter: 'resource' | 'audience';
  readonly discovery: 'openid' | 'oauth';
  readonly tokenEndpoint: string | undefined;
  readonly tokenEndpointOrigins: readonly string[];
  readonly timeoutSeconds: number;
  readonly tls: ClientTls | undefined;
  readonly fetch: Fetch | undefined;
  readonly allowHttp: Waiver | undefined;
}

const known = [
  'issuer',
  'clientId',
  'clientSecret',
  'scope',
  'clientAuthentication',
  'audienceParameter',
  'discovery',
  'tokenEndpoint',
  'tokenEndpointOrigins',
  'timeoutSeconds',
  'tls',
  'fetch',
  'allowHttp',
];
const defaultTimeoutSeconds = 5;
const longestTimeoutSeconds = 60;
const choices = {
  clientAuthentication: ['client_secret_basic', 'client_secret_post'],
  audienceParameter: ['resource', 'audience'],
  discovery: ['openid', 'oauth'],
} as const;

/** As it is written: `new URL` would repair a scheme in capitals, which the end of a waiver looks for in small letters. */
const written = /^https?:\/\/[^\s#\\]+$/;

function isUrl(text: unknown, mayBeHttp: boolean): boolean {
  if (typeof text !== 'string' || !written.test(text) || !URL.canParse(text)) return false;
  const { protocol, username, password } = new URL(text);
  if (username !== '' || password !== '') return false;
  return protocol === 'https:' || (mayBeHttp && protocol === 'http:');
}

function checkAddresses(faults: FaultCollector, options: ClientCredentialsOptions): void {
  const mayBeHttp = options.allowHttp !== undefined;
  if (!isUrl(options.issuer, mayBeHttp) || options.issuer.includes('?')) {
    const fix = 'write e.g. "https://issuer.internal"; plain http takes the waiver allowHttp';
    faults.add('CONFIG_INVALID', 'issuer', 'is not the https URL of an issuer', fix);
  }
  if (options.tokenEndpoint !== undefined && !isUrl(options.tokenEndpoint, mayBeHttp)) {
    faults.add('CONFIG_INVALID', 'tokenEndpoint', 'is not an https URL', 'leave it out, so that it is discovered');
  }
  for (const origin of options.tokenEndpointOrigins ?? []) {
    if (isUrl(origin, false) && new URL(origin).origin === origin) continue;
    faults.add('CONFIG_INVALID', 'tokenEndpointOrigins', 'is not an https origin', 'write "https://tokens.example"');
  }
}

function checkClient(faults: FaultCollector, { clientId, clientSecret }: ClientCredentialsOptions): void {
  // Visible characters and spaces (RFC 6749 appendix A.1).
  if (typeof clientId !== 'string' || !/^[\x20-\x7e]+$/.test(clientId)) {
    faults.add('CONFIG_MISSING', 'clientId', 'is not a client id', 'write the id that the issuer knows');
  }
  if (!(clientSecret instanceof Secret)) {
    faults.add(
      'CONFIG_INVALID',
      'clientSecret',
      'is not a Secret',
      'pass new Secret(readFileSync("client-secret", "utf8").trim())',
    );
    return;
  }
  const value = clientSecret.expose();
  if (value === '') {
    faults.add('CONFIG_MISSING', 'clientSecret', 'is empty', 'pass the secret that the issuer gave');
  } else if (value !== value.trim()) {
    const fix = 'take the line end away: new Secret(readFileSync("client-secret", "utf8").trim())';
    faults.add('CONFIG_INVALID', 'clientSecret', 'begins or ends with white space', fix);
  }
}

function checkTransport(faults: FaultCollector, options: ClientCredentialsOptions): void {
  const { tls, fetch, allowHttp } = options;
  if (tls !== undefined && typeof tls?.open !== 'function') {
    faults.add('CONFIG_INVALID', 'tls', 'is not made by serverTls or mtls', 'pass serverTls({ ca }), or leave it out');
  }
  if (fetch !== undefined && typeof fetch !== 'function') {
    faults.add('CONFIG_INVALID', 'fetch', 'is not a function', 'leave it out; it is for tests');
  }
  if (tls !== undefined && fetch !== undefined) {
    faults.add('CONFIG_CONFLICT', 'fetch', 'stands beside tls', 'leave one of them out');
  }
  if (allowHttp !== undefined) checkWaiver(faults, 'allowHttp', allowHttp, systemClock.now());
}

function checkScope(faults: FaultCollector, scope: unknown): readonly string[] {
  if (scope === undefined) return [];
  const scopes = typeof scope === 'string' ? parseScopes(scope) : undefined;
  if (scopes !== undefined && scopes.size > 0) return [...scopes];
  faults.add('CONFIG_INVALID', 'scope', 'is not a list of scopes', 'write them with single spaces, or leave it out');
  return [];
}

/**
 * Checks the options.
 * @throws {ConfigurationError} with every fault.
 */
export function checkClientCredentials(options: ClientCredentialsOptions): ClientCredentialsSettings {
  const faults = new FaultCollector('clientCredentials');
  if (typeof options !== 'object' || options === null) {
    faults.add('CONFIG_MISSING', 'options', 'are not an object', 'pass { issuer, clientId, clientSecret, scope }');
    faults.throwIfAny();
  }
  faults.onlyKnown(options, known);
  checkAddresses(faults, options);
  checkClient(faults, options);
  checkTransport(faults, options);
  const scopes = checkScope(faults, options.scope);
  for (const [name, allowed] of Object.entries(choices)) {
    const value = options[name as keyof typeof choices];
    if (value === undefined || (allowed as readonly string[]).includes(value)) continue;
    faults.add('CONFIG_INVALID', name, 'is not understood', `write one of ${allowed.join(', ')}`);
  }
  const timeoutSeconds = options.timeoutSeconds ?? defaultTimeoutSeconds;
  if (!(Number.isFinite(timeoutSeconds) && timeoutSeconds > 0 && timeoutSeconds <= longestTimeoutSeconds)) {
    const fix = `write a number of seconds above 0, at most ${longestTimeoutSeconds}`;
    faults.add('CONFIG_INVALID', 'timeoutSeconds', 'is out of range', fix);
  }
  faults.throwIfAny();
  return Object.freeze({
    issuer: options.issuer,
    clientId: options.clientId,
    clientSecret: options.clientSecret,
    scopes: Object.freeze(scopes),
    clientAuthentication: options.clientAuthentication ?? 'client_secret_basic',
    audienceParameter: options.audienceParameter ?? 'resource',
    discovery: options.discovery ?? 'openid',
    tokenEndpoint: options.tokenEndpoint,
    tokenEndpointOrigins: Object.freeze([...(options.tokenEndpointOrigins ?? [])]),
    timeoutSeconds,
    tls: options.tls,
    fetch: options.fetch,
    allowHttp: options.allowHttp,
  });
}
