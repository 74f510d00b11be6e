/**
 * Tokens that this service signs about itself, with a key of its ring: no issuer is asked, and services that trust the
 * ring accept them. One token for one audience, signed anew before its end, when another key signs, when the service
 * refuses it, and when the wall clock has jumped. Without a key that signs there is no token, not even the last one: its
 * key may have been revoked.
 */
import { FaultCollector, isWorkloadId, signServiceJwt, type SigningKeys } from '@countersign/core';
import type {
  BoundCredentialSource,
  ClientRuntime,
  Credential,
  CredentialSource,
} from '../credential/credential-source.ts';
import { ServiceCallError } from '../fault/service-call-error.ts';

/** Options of `serviceJwt`. */
export interface ServiceJwtOptions {
  /** The keys to sign with, such as a `createSigningKeyRing(…)`. */
  readonly keys: SigningKeys;
  /** The issuer that the called services have in their record of this service. */
  readonly issuer: string;
  /** The canonical id of this service, as that record names it, e.g. `spiffe://prod.example/orders`. */
  readonly workload: string;
  /** Life of a token, in seconds, from 30 to 300. Default 120. */
  readonly lifetimeSeconds?: number;
}

type Settings = Required<ServiceJwtOptions>;

const known = ['keys', 'issuer', 'workload', 'lifetimeSeconds'];
const defaultLifetimeSeconds = 120;
/** What the profile `service-jwt` accepts. */
const longestLifetimeSeconds = 300;
const shortestLifetimeSeconds = 30;
const renewalPoint = 0.8;
/** Between two tokens because of a 401: a service that refuses all of them must not get every request twice. */
const rejectionPauseMilliseconds = 5_000;

interface Signed {
  readonly credential: Credential;
  readonly keyId: string;
  /** On both clocks, in milliseconds. */
  readonly wall: number;
  readonly ticks: number;
  /** It was given out before the call that saw it refused. */
  isReused: boolean;
}

function check(options: ServiceJwtOptions): Settings {
  const faults = new FaultCollector('serviceJwt');
  const given: Partial<ServiceJwtOptions> = options ?? {};
  faults.onlyKnown(given, known);
  const { keys, issuer, workload, lifetimeSeconds = defaultLifetimeSeconds } = given;
  if (typeof keys?.find !== 'function' || Array.isArray(keys)) {
    faults.add('CONFIG_MISSING', 'keys', 'is no source of signing keys', 'pass createSigningKeyRing({ keys })');
  }
  if (typeof issuer !== 'string' || !URL.canParse(issuer)) {
    const fix = 'write the issuer of the record that the called services have, e.g. "https://orders.internal"';
    faults.add('CONFIG_INVALID', 'issuer', 'is not the URL of an issuer', fix);
  }
  if (typeof workload !== 'string' || !isWorkloadId(workload)) {
    faults.add('CONFIG_INVALID', 'workload', 'is not a workload id', 'write e.g. "spiffe://prod.example/orders"');
  }
  const inRange = lifetimeSeconds >= shortestLifetimeSeconds && lifetimeSeconds <= longestLifetimeSeconds;
  if (!(Number.isInteger(lifetimeSeconds) && inRange)) {
    const fix = `write whole seconds from ${shortestLifetimeSeconds} to ${longestLifetimeSeconds}`;
    faults.add('CONFIG_INVALID', 'lifetimeSeconds', 'is out of range', fix);
  }
  faults.throwIfAny();
  return { ...options, lifetimeSeconds };
}

function bind({ keys, issuer, workload, lifetimeSeconds }: Settings, runtime: ClientRuntime): BoundCredentialSource {
  const { clock, audience } = runtime;
  const renewAfter = lifetimeSeconds * 1000 * renewalPoint;
  let signed: Signed | undefined;
  let rejectedAt = Number.NEGATIVE_INFINITY;

  /** By both clocks: what was signed under a wrong wall clock is of no use once that is right. */
  const isFresh = ({ wall, ticks }: Signed): boolean => {
    const age = clock.now() - wall;
    return age >= 0 && age < renewAfter && clock.monotonic() - ticks < renewAfter;
  };

  const isRefused = (current: Signed, rejected: Credential | undefined): boolean => {
    const now = clock.monotonic();
    // A token that was signed for this very call: the next one would fare no better.
    if (rejected !== current.credential || !current.isReused) return false;
    if (now - rejectedAt < rejectionPauseMilliseconds) return false;
    rejectedAt = now;
    return true;
  };

  return {
    credential: ({ rejected }) => {
      const key = keys.find();
      if (key === undefined) {
        signed = undefined;
        const detail = { check: 'keys', expected: 'a key that signs now', actual: 'none' };
        return Promise.reject(new ServiceCallError('CREDENTIAL_UNAVAILABLE', detail));
      }
      if (signed?.keyId === key.keyId && isFresh(signed) && !isRefused(signed, rejected)) {
        signed.isReused = true;
        return signed.credential;
      }
      const [wall, ticks] = [clock.now(), clock.monotonic()];
      const token = signServiceJwt(key, { issuer, workload, audience, lifetimeSeconds, now: wall });
      const credential = Object.freeze({ scheme: 'Bearer' as const, token });
      signed = { credential, keyId: key.keyId, wall, ticks, isReused: false };
      return credential;
    },
  };
}

/**
 * Credentials that this service issues for itself.
 * @throws {ConfigurationError} with every fault of the options.
 */
export function serviceJwt(options: ServiceJwtOptions): CredentialSource {
  const settings = check(options);
  return Object.freeze<CredentialSource>({ bind: (runtime) => bind(settings, runtime) });
}
