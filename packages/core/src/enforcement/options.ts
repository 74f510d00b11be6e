/** The options of a service, checked once: every fault in one error, with the fix. */
import { authenticatorsOf, type Acceptable } from '../authentication/accept.ts';
import type { AliasTable } from '../authentication/combine-identities.ts';
import type { AuditSink } from '../audit/audit-sink.ts';
import { createPrivacy, type Privacy, type PrivacyOptions } from '../audit/privacy.ts';
import { FaultCollector } from '../errors/configuration-error.ts';
import { checkWaiver, type Waiver } from '../errors/waiver.ts';
import { isWorkloadId } from '../identity/workload-id.ts';
import type { Policy } from '../policy/policy.ts';
import type { Clock } from '../runtime/clock.ts';
import { noticesTo, silentLogger, type Logger } from '../runtime/logger.ts';
import type { Fetch, Runtime } from '../runtime/runtime.ts';
import { checkSurroundings } from './check-surroundings.ts';
import { checkResource, type ResourceDescription } from './protected-resource-metadata.ts';

/** Options of `createServiceAuth`. */
export interface ServiceAuthOptions {
  /** The id of this service, e.g. `spiffe://prod.example/inventory`. */
  readonly service: string;
  /** The audience, or audiences, that tokens for this service name. Compared character by character. */
  readonly audience: string | readonly [string, ...string[]];
  /** What proves a caller: alternatives; `all(a, b)` demands both. */
  readonly accept: readonly [Acceptable, ...Acceptable[]];
  /** Where decisions are recorded. */
  readonly audit: AuditSink;
  /** Ids that name one workload: canonical id to its other ids. */
  readonly aliases?: Readonly<Record<string, readonly string[]>>;
  /** A policy over the whole service, asked after the requirement of the route. */
  readonly policy?: Policy;
  /** Refuse callers that only show a bearer token, on every route: as `senderConstrained` of a requirement. */
  readonly senderConstrained?: true;
  /**
   * The resource identifier of this service (RFC 9728): an https URL, or that with more to tell. Challenges then name
   * where the metadata is, and `resourceMetadata(auth)` of an adapter serves them.
   */
  readonly resource?: string | ResourceDescription;
  /** Let refused requests pass and record what would have been refused, until the waiver ends. */
  readonly observe?: Waiver;
  readonly privacy?: PrivacyOptions;
  /** Default: the system clock. */
  readonly clock?: Clock;
  /** Default: the global `fetch`. */
  readonly fetch?: Fetch;
  /** Takes notices. Default: silent. */
  readonly logger?: Logger;
}

/** Options after the check. */
export interface ServiceAuthSettings {
  readonly runtime: Runtime;
  readonly accept: readonly Acceptable[];
  readonly audit: AuditSink;
  readonly aliases: AliasTable;
  readonly privacy: Privacy;
  readonly policy: Policy | undefined;
  readonly senderConstrained: boolean;
  readonly resource: ResourceDescription | undefined;
  readonly observe: Waiver | undefined;
  /** Every waiver of the service, by option path. */
  readonly waivers: ReadonlyMap<string, Waiver>;
}

const known = [
  'service',
  'audience',
  'accept',
  'audit',
  'aliases',
  'policy',
  'senderConstrained',
  'resource',
  'observe',
  'privacy',
  'clock',
  'fetch',
  'logger',
];

/**
 * Checks the options.
 * @throws {ConfigurationError} with every fault.
 */
export function checkOptions(options: ServiceAuthOptions): ServiceAuthSettings {
  const faults = new FaultCollector('createServiceAuth');
  if (typeof options !== 'object' || options === null) {
    faults.add('CONFIG_MISSING', 'options', 'are not an object', 'pass { service, audience, accept, audit }');
    faults.throwIfAny();
  }
  faults.onlyKnown(options, known);
  const clock = checkSurroundings(faults, options);
  if (typeof options.service !== 'string' || !isWorkloadId(options.service)) {
    faults.add('CONFIG_INVALID', 'service', 'is not a workload id', 'write e.g. "spiffe://prod.example/inventory"');
  }
  const { audience: given } = options as { readonly audience: unknown };
  const audience = (Array.isArray(given) ? [...(given as unknown[])] : [given]) as readonly string[];
  if (audience.length === 0 || audience.some((one) => typeof one !== 'string' || one.trim() === '')) {
    faults.add(
      'CONFIG_MISSING',
      'audience',
      'names no audience',
      'write the identifier tokens for this service carry in aud',
    );
  }
  if (typeof options.audit?.write !== 'function') {
    faults.add('CONFIG_MISSING', 'audit', 'is not a sink', 'write e.g. jsonLines(process.stdout)');
  }
  if (options.policy !== undefined && typeof options.policy.decide !== 'function') {
    faults.add('CONFIG_INVALID', 'policy', 'has no decide method', 'pass { decide: (request) => … }');
  }
  if (options.senderConstrained !== undefined && options.senderConstrained !== true) {
    faults.add('CONFIG_INVALID', 'senderConstrained', 'is not true', 'write senderConstrained: true, or leave it out');
  }
  checkAccept(faults, options.accept);
  checkProcess(faults);
  const { resource: described } = options;
  const resource = described === undefined ? undefined : checkResource(faults, described, 'resource.');
  const aliases = checkAliases(faults, options.aliases ?? {});
  const privacy = createPrivacy(options.privacy ?? {}, faults);
  const waivers = collectWaivers(faults, options, clock.now());
  faults.throwIfAny();
  return Object.freeze({
    runtime: Object.freeze({
      clock,
      fetch: options.fetch ?? ((input, init) => fetch(input, init)),
      notify: noticesTo(options.logger ?? silentLogger),
      service: options.service,
      audience: Object.freeze(audience),
    }),
    accept: Object.freeze([...options.accept]),
    audit: options.audit,
    aliases,
    privacy,
    policy: options.policy,
    senderConstrained: options.senderConstrained === true,
    resource,
    observe: options.observe,
    waivers,
  });
}

function checkAccept(faults: FaultCollector, acceptables: readonly Acceptable[]): void {
  if (!Array.isArray(acceptables) || acceptables.length === 0) {
    const problem = acceptables === undefined || Array.isArray(acceptables) ? 'is empty' : 'is not a list';
    faults.add('CONFIG_MISSING', 'accept', problem, 'write e.g. [clientCertificate({ … }), accessToken({ … })]');
    return;
  }
  const byKind = new Map<string, unknown>();
  for (const [index, acceptable] of acceptables.entries()) {
    for (const mechanism of authenticatorsOf(acceptable)) {
      if (typeof mechanism?.bind !== 'function' || !Array.isArray(mechanism.credentials)) {
        faults.add(
          'CONFIG_INVALID',
          `accept[${index}]`,
          'is not an authenticator',
          'call accessToken(…) or clientCertificate(…)',
        );
        continue;
      }
      for (const kind of mechanism.credentials) {
        const other = byKind.get(kind);
        if (other !== undefined && other !== mechanism) {
          faults.add(
            'CONFIG_CONFLICT',
            `accept[${index}]`,
            `is a second authenticator for ${kind}`,
            'write one with all issuers or bundles, e.g. accessToken({ issuers: [a, b] })',
          );
        }
        byKind.set(kind, mechanism);
      }
    }
  }
}

/** Switches of the process that undo TLS or HTTP parsing for every server and client in it. */
function checkProcess(faults: FaultCollector): void {
  const flags = [...process.execArgv, ...(process.env['NODE_OPTIONS'] ?? '').split(/\s+/)];
  if (flags.some((flag) => flag.replaceAll('_', '-') === '--insecure-http-parser')) {
    faults.add(
      'CONFIG_UNSAFE',
      'process',
      'runs with --insecure-http-parser',
      'remove the flag: it lets smuggled requests in',
    );
  }
  if (process.env['NODE_TLS_REJECT_UNAUTHORIZED'] === '0') {
    faults.add(
      'CONFIG_UNSAFE',
      'process',
      'runs with NODE_TLS_REJECT_UNAUTHORIZED=0',
      'remove the variable; pass the CA instead',
    );
  }
}

function checkAliases(faults: FaultCollector, aliases: Readonly<Record<string, readonly string[]>>): AliasTable {
  const table = new Map<string, string>();
  for (const [canonical, others] of Object.entries(aliases)) {
    const option = `aliases["${canonical}"]`;
    if (!Array.isArray(others)) {
      faults.add('CONFIG_INVALID', option, 'is not a list', 'write the other ids of this workload as a list');
      continue;
    }
    for (const id of [canonical, ...others]) {
      if (typeof id === 'string' && isWorkloadId(id)) continue;
      faults.add('CONFIG_INVALID', option, `${JSON.stringify(id)} is not a workload id`, 'write whole ids');
    }
    for (const alias of others) {
      if (table.has(alias) || Object.hasOwn(aliases, alias)) {
        faults.add('CONFIG_CONFLICT', option, `${String(alias)} stands twice`, 'let every id name one workload');
      }
      table.set(alias, canonical);
    }
  }
  return table;
}

function collectWaivers(faults: FaultCollector, options: ServiceAuthOptions, now: number): ReadonlyMap<string, Waiver> {
  const waivers = new Map<string, Waiver>();
  if (options.observe !== undefined) {
    checkWaiver(faults, 'observe', options.observe, now);
    waivers.set('observe', options.observe);
  }
  if (!Array.isArray(options.accept)) return waivers;
  for (const mechanism of new Set(options.accept.flatMap(authenticatorsOf))) {
    for (const [path, waiver] of Object.entries(mechanism?.waivers ?? {})) {
      checkWaiver(faults, `${mechanism.name}.${path}`, waiver, now);
      waivers.set(`${mechanism.name}.${path}`, waiver);
    }
  }
  return waivers;
}
