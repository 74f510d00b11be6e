/** Whose messages a service takes: producers by id, each with its keys and with what its word counts for. */
import type { FaultCollector } from '../errors/configuration-error.ts';
import { parseScopes, type ScopeSet } from '../identity/scope-set.ts';
import { parseWorkloadPattern, type WorkloadMatcher } from '../identity/workload-pattern.ts';
import { algorithmNames, isAlgorithm, type Algorithm } from '../signature/algorithms.ts';
import { readHistoricalKeys } from '../signature/historical-keys.ts';
import type { KeyHistory } from '../signature/key-history.ts';

/** What the word of a producer counts for, beyond its own identity. */
export interface ProducerClaims {
  /** It may send messages for subjects, such as users, that it names: of any issuer, or of these. */
  readonly subject?: true | { readonly issuers: readonly [string, ...string[]] };
  /** It may name tenants: any, or these. */
  readonly tenant?: true | { readonly oneOf: readonly [string, ...string[]] };
  /** Scopes that it may give its messages. */
  readonly scope?: string;
}

/** A producer whose messages are taken. */
export interface TrustedProducer {
  /** Its workload id, or a pattern: then whoever holds one of the keys speaks for all that do not stand here by name. */
  readonly id: string;
  /**
   * Its keys: a history that follows them, or a JWKS document. Keys in it may say when they were good (`iat`, `exp`,
   * `revoked`): what counts is the time at which a message was sealed.
   */
  readonly keys: KeyHistory | { readonly keys: readonly object[] };
  /** Default: nothing, so that its messages are its own. */
  readonly mayClaim?: ProducerClaims;
  /** Accepted algorithms. Default: PS256, ES256, ES384, Ed25519 and EdDSA. */
  readonly algorithms?: readonly [Algorithm, ...Algorithm[]];
}

/** A producer after the check. */
export interface ProducerRecord {
  readonly matches: WorkloadMatcher;
  readonly isPattern: boolean;
  readonly keys: KeyHistory;
  readonly algorithms: ReadonlySet<Algorithm>;
  /** Issuers for whose subjects its word counts. */
  readonly subjects: Granted;
  readonly tenants: Granted;
  readonly scopes: ScopeSet;
}

/** What of it is granted: nothing, all of it, or these. */
export type Granted = boolean | ReadonlySet<string>;

/** Whether this one is granted. */
export function isGranted(granted: Granted, name: string): boolean {
  return typeof granted === 'boolean' ? granted : granted.has(name);
}

const known = ['id', 'keys', 'mayClaim', 'algorithms'];
const defaultAlgorithms: readonly Algorithm[] = ['PS256', 'ES256', 'ES384', 'Ed25519', 'EdDSA'];

function isSource(keys: unknown): keys is KeyHistory {
  return typeof (keys as { readonly find?: unknown } | null | undefined)?.find === 'function';
}

/** A key ring has `find` too, for the key that signs: what verifies is the history beside it. */
function isRing(keys: unknown): boolean {
  return typeof (keys as { readonly history?: Partial<KeyHistory> } | null | undefined)?.history?.find === 'function';
}

function checkKeys(faults: FaultCollector, option: string, keys: unknown): KeyHistory | undefined {
  if (isRing(keys)) {
    faults.add('CONFIG_KEY_REFUSED', option, 'are a key ring, which signs', 'pass its history: keys.history');
    return undefined;
  }
  if (isSource(keys)) return keys;
  const fix = 'pass remoteKeyHistory({ url }), or a JWKS document of public keys: { keys: [{ kty: "EC", … }] }';
  const read = typeof keys === 'object' && keys !== null ? readHistoricalKeys(keys) : 'are missing';
  if (typeof read === 'string') {
    faults.add('CONFIG_KEY_REFUSED', option, read, fix);
    return undefined;
  }
  for (const { index, problem } of read.refused) {
    faults.add('CONFIG_KEY_REFUSED', `${option}.keys[${index}]`, problem, fix);
  }
  if (read.size === 0) faults.add('CONFIG_KEY_REFUSED', option, 'has no usable key', fix);
  return read.history;
}

function checkClaims(faults: FaultCollector, option: string, given: unknown): ProducerClaims {
  if (given === undefined) return {};
  if (typeof given !== 'object' || given === null) {
    faults.add('CONFIG_INVALID', option, 'is not an object', 'write e.g. { subject: true, scope: "orders:notify" }');
    return {};
  }
  const claims = given as ProducerClaims;
  faults.onlyKnown(claims, ['subject', 'tenant', 'scope'], `${option}.`);
  return claims;
}

interface Grant {
  readonly given: unknown;
  /** The member with the list of names. */
  readonly member: 'issuers' | 'oneOf';
}

/** These names, everything, or nothing. */
function readGrant(faults: FaultCollector, option: string, { given, member }: Grant): Granted {
  if (given === undefined || given === true) return given === true;
  const { [member]: names, ...more } = Object(given) as Readonly<Record<string, unknown>>;
  const isList = Array.isArray(names) && names.length > 0 && names.every((one) => typeof one === 'string' && one);
  if (isList && Object.keys(more).length === 0) return new Set(names as string[]);
  faults.add('CONFIG_INVALID', option, 'is not understood', `write true, { ${member}: [...] }, or leave it out`);
  return false;
}

/** Checks one producer. Answers nothing when it cannot be used. */
function checkProducer(faults: FaultCollector, option: string, given: unknown): ProducerRecord | undefined {
  if (typeof given !== 'object' || given === null) {
    faults.add('CONFIG_INVALID', option, 'is not a producer', 'write { id: "spiffe://…", keys }');
    return undefined;
  }
  const producer = given as TrustedProducer;
  faults.onlyKnown(producer, known, `${option}.`);
  const pattern = parseWorkloadPattern(producer.id);
  if (!pattern.ok) {
    faults.add('CONFIG_INVALID', `${option}.id`, pattern.problem, 'write e.g. "spiffe://prod.example/orders"');
  }
  const keys = checkKeys(faults, `${option}.keys`, producer.keys);
  const { algorithms = defaultAlgorithms } = producer;
  if (!Array.isArray(algorithms) || algorithms.length === 0 || !algorithms.every(isAlgorithm)) {
    const fix = `write some of ${algorithmNames.join(', ')}`;
    faults.add('CONFIG_INVALID', `${option}.algorithms`, 'is not a list of algorithms', fix);
  }
  const { subject, tenant, scope = '' } = checkClaims(faults, `${option}.mayClaim`, producer.mayClaim);
  const subjects = readGrant(faults, `${option}.mayClaim.subject`, { given: subject, member: 'issuers' });
  const tenants = readGrant(faults, `${option}.mayClaim.tenant`, { given: tenant, member: 'oneOf' });
  const scopes = typeof scope === 'string' ? parseScopes(scope) : undefined;
  if (scopes === undefined) {
    faults.add('CONFIG_INVALID', `${option}.mayClaim.scope`, 'is not a list of scopes', 'write e.g. "orders:notify"');
  }
  if (!pattern.ok || keys === undefined || scopes === undefined) return undefined;
  const claims = { isPattern: producer.id.includes('*'), subjects, tenants, scopes };
  return Object.freeze({ matches: pattern.matches, keys, algorithms: new Set(algorithms), ...claims });
}

/** Checks the option `producers`. */
export function checkProducers(faults: FaultCollector, given: unknown): readonly ProducerRecord[] {
  if (!Array.isArray(given) || given.length === 0) {
    faults.add('CONFIG_MISSING', 'producers', 'names nobody', 'write [{ id: "spiffe://prod.example/orders", keys }]');
    return [];
  }
  const ids = given.map((one: unknown) => (Object(one) as Partial<TrustedProducer>).id);
  if (new Set(ids).size !== ids.length) {
    // The first would count, and the second be read by nobody.
    faults.add('CONFIG_CONFLICT', 'producers', 'names a producer twice', 'write one entry per producer');
  }
  const records = given.map((one, index) => checkProducer(faults, `producers[${index}]`, one));
  const usable = records.filter((one) => one !== undefined);
  // Whoever stands there by name is nobody's to speak for, wherever in the list the pattern is.
  return Object.freeze(usable.toSorted((one, other) => Number(one.isPattern) - Number(other.isPattern)));
}
