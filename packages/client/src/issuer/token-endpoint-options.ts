/**
 * What every grant says of its issuer: where tokens are asked for, how this service proves itself there, and what the
 * tokens are bound to. A part of the options of `clientCredentials` and its like, checked with them.
 */
import {
  checkWaiver,
  systemClock,
  type ClientAuthentication,
  type DpopProver,
  type FaultCollector,
  type Fetch,
  type Waiver,
} from '@countersign/core';
import { checkTransport } from '../connection/check-transport.ts';
import type { ClientTls } from '../connection/client-tls.ts';

/** The options of an issuer that gives out tokens. */
export interface TokenEndpointOptions {
  /** The issuer identifier, exactly as its metadata states it. */
  readonly issuer: string;
  /** How this service proves itself to the issuer: `privateKeyJwt({ … })`, `clientSecret({ … })`, or your own. */
  readonly clientAuthentication: ClientAuthentication;
  /** Name of the parameter for the audience: that of RFC 8707 (default), or the one of some older servers. */
  readonly audienceParameter?: 'resource' | 'audience' | undefined;
  /** Binds the tokens to this key (RFC 9449). An answer that is no DPoP token is then refused. */
  readonly dpop?: DpopProver | undefined;
  /**
   * The issuer binds the tokens to the certificate that `tls` shows (RFC 8705 §3), so they are sent over connections
   * with this certificate only, and asked for anew when it changes. Default `false`.
   */
  readonly certificateBound?: boolean | undefined;
  /** Which metadata document to read: OpenID Connect Discovery (default) or RFC 8414. */
  readonly discovery?: 'openid' | 'oauth' | undefined;
  /** Address of the token endpoint, instead of discovery. */
  readonly tokenEndpoint?: string | undefined;
  /** Other origins that the metadata may name for its token endpoint, e.g. `https://tokens.example`. */
  readonly tokenEndpointOrigins?: readonly string[] | undefined;
  /** Longest wait for the issuer, in seconds. Default 5, at most 60. */
  readonly timeoutSeconds?: number | undefined;
  /** Connections to the issuer. Default: TLS with the CAs of the system. */
  readonly tls?: ClientTls | undefined;
  /** For tests: sends the requests to the issuer instead of `tls`. */
  readonly fetch?: Fetch | undefined;
  /** Permits an issuer on plain http, until the waiver ends. */
  readonly allowHttp?: Waiver | undefined;
}

/** The options after the check. */
export interface TokenEndpointSettings {
  readonly issuer: string;
  readonly clientAuthentication: ClientAuthentication;
  readonly audienceParameter: 'resource' | 'audience';
  readonly dpop: DpopProver | undefined;
  readonly certificateBound: boolean;
  readonly discovery: 'openid' | 'oauth';
  readonly tokenEndpoint: string | undefined;
  readonly tokenEndpointOrigins: readonly string[];
  readonly timeoutSeconds: number;
  readonly tls: ClientTls | undefined;
  readonly fetch: Fetch | undefined;
  readonly allowHttp: Waiver | undefined;
}

/** The names of the options, for `FaultCollector.onlyKnown`. */
export const tokenEndpointOptionNames: readonly string[] = [
  'issuer',
  'clientAuthentication',
  'audienceParameter',
  'dpop',
  'certificateBound',
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

/** What is no list counts as one that holds no origin. */
function originsOf({ tokenEndpointOrigins: given = [] }: TokenEndpointOptions): readonly string[] {
  return Array.isArray(given) ? given : [''];
}

function checkAddresses(faults: FaultCollector, options: TokenEndpointOptions): void {
  const mayBeHttp = options.allowHttp !== undefined;
  if (!isUrl(options.issuer, mayBeHttp) || options.issuer.includes('?')) {
    const fix = 'write e.g. "https://issuer.internal"; plain http takes the waiver allowHttp';
    faults.add('CONFIG_INVALID', 'issuer', 'is not the https URL of an issuer', fix);
  }
  if (options.tokenEndpoint !== undefined && !isUrl(options.tokenEndpoint, mayBeHttp)) {
    faults.add('CONFIG_INVALID', 'tokenEndpoint', 'is not an https URL', 'leave it out, so that it is discovered');
  }
  for (const origin of originsOf(options)) {
    if (isUrl(origin, false) && new URL(origin).origin === origin) continue;
    faults.add('CONFIG_INVALID', 'tokenEndpointOrigins', 'is not an https origin', 'write "https://tokens.example"');
  }
}

function isAuthentication(value: unknown): value is ClientAuthentication {
  const { clientId, prove } = (value ?? {}) as Partial<ClientAuthentication>;
  return typeof clientId === 'string' && clientId !== '' && typeof prove === 'function';
}

function isProver(value: unknown): value is DpopProver {
  const { thumbprint, prove } = (value ?? {}) as Partial<DpopProver>;
  return typeof thumbprint === 'string' && thumbprint !== '' && typeof prove === 'function';
}

function checkProof(faults: FaultCollector, options: TokenEndpointOptions): void {
  const { clientAuthentication, dpop, certificateBound, tls, issuer, tokenEndpoint } = options;
  if (!isAuthentication(clientAuthentication)) {
    const fix = 'pass privateKeyJwt({ clientId, key, algorithm }), or clientSecret({ clientId, clientSecret })';
    faults.add('CONFIG_MISSING', 'clientAuthentication', 'is no client authentication', fix);
  }
  if (dpop !== undefined && !isProver(dpop)) {
    faults.add('CONFIG_INVALID', 'dpop', 'signs no proofs', 'pass dpopProver({ key, algorithm }), or leave it out');
  }
  if (certificateBound !== undefined && typeof certificateBound !== 'boolean') {
    faults.add('CONFIG_INVALID', 'certificateBound', 'is not true or false', 'write true or false');
  }
  const isPlain = [issuer, tokenEndpoint].some((url) => typeof url === 'string' && url.startsWith('http:'));
  const demands = [
    ...(isAuthentication(clientAuthentication) && clientAuthentication.needsCertificate === true
      ? ['clientAuthentication']
      : []),
    ...(certificateBound === true ? ['certificateBound'] : []),
  ];
  for (const option of demands) {
    if (tls?.proves === 'both' && !isPlain) continue;
    const fix = 'pass tls: serverTls({ identity }), or mtls({ … }), and an issuer on https';
    faults.add('CONFIG_CONFLICT', option, 'needs a certificate, and tls shows none', fix);
  }
}

/** Checks these options and adds their faults to those of the grant. What it answers counts only without any. */
export function checkTokenEndpoint(faults: FaultCollector, options: TokenEndpointOptions): TokenEndpointSettings {
  checkAddresses(faults, options);
  checkProof(faults, options);
  checkTransport(faults, options);
  const { allowHttp } = options;
  if (allowHttp !== undefined) checkWaiver(faults, 'allowHttp', allowHttp, systemClock.now());
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
  return Object.freeze<TokenEndpointSettings>({
    issuer: options.issuer,
    clientAuthentication: options.clientAuthentication,
    audienceParameter: options.audienceParameter ?? 'resource',
    dpop: options.dpop,
    certificateBound: options.certificateBound ?? false,
    discovery: options.discovery ?? 'openid',
    tokenEndpoint: options.tokenEndpoint,
    tokenEndpointOrigins: Object.freeze([...originsOf(options)]),
    timeoutSeconds,
    tls: options.tls,
    fetch: options.fetch,
    allowHttp: options.allowHttp === undefined ? undefined : Object.freeze({ ...options.allowHttp }),
  });
}
