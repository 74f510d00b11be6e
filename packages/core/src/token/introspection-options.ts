/**
 * Options of introspection (RFC 7662), a part of an issuer record: how we prove ourselves to the issuer, where it
 * answers, and how long an answer may be believed.
 */
import type { FaultCollector } from '../errors/configuration-error.ts';
import type { Waiver } from '../errors/waiver.ts';
import type { ClientAuthentication } from './client-authentication.ts';
import type { IssuerRecord } from './issuer.ts';
import { isHttpsOrigin, urlProblem } from './issuer-url.ts';

/** Options of the introspection of an issuer. */
export interface IntrospectionOptions {
  /** How this service proves itself to the issuer: `clientSecret({ … })`, `privateKeyJwt({ … })`, or your own. */
  readonly authentication: ClientAuthentication;
  /** Address of the endpoint. Default: the one the issuer's metadata names. */
  readonly endpoint?: string;
  /** Other origins that the metadata may name for it, e.g. `https://tokens.example`. */
  readonly origins?: readonly string[];
  /**
   * Which tokens the issuer is asked about: those that are no JWT (`opaque`, default), or its JWTs too, after they have
   * verified here (`all`).
   */
  readonly tokens?: 'opaque' | 'all';
  /** Ask for signed answers (RFC 9701), and accept no other. Default `false`. */
  readonly signed?: boolean;
  /** How long an answer is believed, in seconds. Default 30, which is also the most; 0 asks every time. */
  readonly cacheSeconds?: number;
  /** Longest wait for the answer, in milliseconds. Default 2,000, at most 10,000. */
  readonly timeoutMilliseconds?: number;
  /** Accept answers that name no audience, until the waiver ends: the issuer then tells by who asks, or not at all. */
  readonly allowMissingAudience?: Waiver;
}

/** The options after the check. */
export interface IntrospectionSettings {
  readonly authentication: ClientAuthentication;
  readonly endpoint: string | undefined;
  readonly origins: readonly string[];
  readonly tokens: 'opaque' | 'all';
  readonly signed: boolean;
  readonly cacheSeconds: number;
  readonly timeoutMilliseconds: number;
  readonly allowMissingAudience: Waiver | undefined;
}

/** A record whose issuer is to be asked. */
export type AskedRecord = IssuerRecord & { readonly introspection: IntrospectionSettings };

const known = [
  'authentication',
  'endpoint',
  'origins',
  'tokens',
  'signed',
  'cacheSeconds',
  'timeoutMilliseconds',
  'allowMissingAudience',
];
const longestCacheSeconds = 30;
const shortestTimeoutMilliseconds = 100;
const longestTimeoutMilliseconds = 10_000;
const defaultTimeoutMilliseconds = 2_000;

function isWithin(value: unknown, least: number, most: number): boolean {
  return typeof value === 'number' && value >= least && value <= most;
}

function isAuthentication(value: unknown): value is ClientAuthentication {
  if (typeof value !== 'object' || value === null) return false;
  const { clientId, prove } = value as Partial<ClientAuthentication>;
  return typeof clientId === 'string' && clientId !== '' && typeof prove === 'function';
}

/** Where the options stand. */
interface Place {
  /** Option path of the issuer record, with its dot. */
  readonly prefix: string;
  readonly mayBeHttp: boolean;
}

/** Checks the options and freezes them. */
export function checkIntrospection(
  given: IntrospectionOptions | undefined,
  faults: FaultCollector,
  { prefix, mayBeHttp }: Place,
): IntrospectionSettings | undefined {
  if (given === undefined) return undefined;
  const at = `${prefix}introspection`;
  if (typeof given !== 'object' || given === null) {
    faults.add('CONFIG_INVALID', at, 'is no object', 'write { authentication: clientSecret({ … }) }');
    return undefined;
  }
  // A copy without prototype, as for the whole record.
  const options: IntrospectionOptions = Object.assign(Object.create(null), given);
  const { authentication, endpoint, origins = [], tokens = 'opaque', signed = false, allowMissingAudience } = options;
  const { cacheSeconds = longestCacheSeconds, timeoutMilliseconds = defaultTimeoutMilliseconds } = options;
  faults.onlyKnown(options, known, `${at}.`);
  const invalid = (name: string, problem: string, fix: string): void =>
    faults.add('CONFIG_INVALID', `${at}.${name}`, problem, fix);
  if (!isAuthentication(authentication)) {
    const fix = 'write clientSecret({ … }) or privateKeyJwt({ … })';
    faults.add('CONFIG_MISSING', `${at}.authentication`, 'is no client authentication', fix);
  } else if (authentication.needsCertificate === true) {
    const fix = 'write privateKeyJwt({ … }), or a client authentication of your own for a fetch that shows one';
    faults.add('CONFIG_CONFLICT', `${at}.authentication`, 'needs a certificate, and questions show none', fix);
  }
  const problem = endpoint === undefined ? undefined : urlProblem(endpoint, mayBeHttp);
  if (problem !== undefined) invalid('endpoint', problem, 'write the https URL, or leave it out: it is discovered');
  if (!Array.isArray(origins) || !origins.every(isHttpsOrigin)) {
    invalid('origins', 'are not https origins', 'write e.g. ["https://tokens.example"]');
  }
  if (tokens !== 'opaque' && tokens !== 'all') invalid('tokens', 'is not understood', 'write "opaque" or "all"');
  if (typeof signed !== 'boolean') invalid('signed', 'is not true or false', 'write true or false');
  if (!isWithin(cacheSeconds, 0, longestCacheSeconds)) {
    invalid('cacheSeconds', 'is out of range', `write a number of seconds from 0 to ${longestCacheSeconds}`);
  }
  if (!isWithin(timeoutMilliseconds, shortestTimeoutMilliseconds, longestTimeoutMilliseconds)) {
    const range = `${shortestTimeoutMilliseconds} to ${longestTimeoutMilliseconds}`;
    invalid('timeoutMilliseconds', 'is out of range', `write a number of milliseconds from ${range}`);
  }
  return Object.freeze<IntrospectionSettings>({
    authentication,
    endpoint,
    origins: Object.freeze(Array.isArray(origins) ? [...origins] : []),
    tokens,
    signed,
    cacheSeconds,
    timeoutMilliseconds,
    allowMissingAudience: allowMissingAudience === undefined ? undefined : Object.freeze({ ...allowMissingAudience }),
  });
}
