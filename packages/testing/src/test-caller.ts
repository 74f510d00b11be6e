/** Callers for the tests of an app: no token, no certificate, straight to the handler. */
import { FaultCollector, isWorkloadId, runInContext, type Caller, type Subject } from '@countersign/core';
import { assertNotInProduction } from './not-in-production.ts';

/** What a test wants its caller to be. */
export interface TestCallerOptions {
  /** Workload id. Default `spiffe://test.invalid/caller`. */
  readonly id?: string;
  readonly scopes?: readonly string[];
  readonly roles?: readonly string[];
  /** The user the request is for: an id, or an id with its issuer. */
  readonly subject?: string | Subject;
  /** Outermost first. */
  readonly actors?: readonly string[];
  readonly tenant?: string;
  /** Epoch milliseconds. Default: one hour from now. */
  readonly expiresAt?: number;
}

const issuer = 'https://issuer.test.invalid';
const hour = 3_600_000;

const known = ['id', 'scopes', 'roles', 'subject', 'actors', 'tenant', 'expiresAt'];

function isListOfTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((one) => typeof one === 'string');
}

/** A misspelt `scopes` would make a caller without any, and a test that passes for the wrong reason. */
function checkOptions(options: TestCallerOptions, id: string): void {
  const faults = new FaultCollector('testCaller');
  faults.onlyKnown(options, known);
  if (!isWorkloadId(id)) {
    faults.add('CONFIG_INVALID', 'id', 'is not a workload id', 'write e.g. "spiffe://prod.example/orders"');
  }
  for (const name of ['scopes', 'roles', 'actors'] as const) {
    if (isListOfTexts(options[name] ?? [])) continue;
    faults.add('CONFIG_INVALID', name, 'is not a list of texts', `write e.g. ${name}: ["one", "two"]`);
  }
  faults.throwIfAny();
}

/**
 * Makes a caller as the pipeline would have.
 * @throws {ConfigurationError} with every fault of the options, and under `NODE_ENV=production`.
 */
export function testCaller(options: TestCallerOptions = {}): Caller {
  assertNotInProduction('testCaller');
  const id = options.id ?? 'spiffe://test.invalid/caller';
  checkOptions(options, id);
  const expiresAt = options.expiresAt ?? Date.now() + hour;
  const { subject, tenant } = options;
  return Object.freeze<Caller>({
    id,
    trustDomain: id.startsWith('spiffe://') ? (id.split('/')[2] ?? '') : issuer,
    ...(subject !== undefined && { subject: typeof subject === 'string' ? { issuer, id: subject } : subject }),
    actors: Object.freeze([...(options.actors ?? [])]),
    scopes: new Set(options.scopes),
    roles: Object.freeze([...(options.roles ?? [])]),
    ...(tenant !== undefined && { tenant, tenantIssuer: issuer }),
    evidence: Object.freeze([
      {
        kind: 'access-token',
        workload: id,
        issuer,
        callerClaim: 'client_id',
        profile: 'at+jwt',
        clientId: 'test',
        audience: ['https://test.invalid'],
        tokenType: 'at+jwt',
        algorithm: 'none-in-tests',
        keyId: undefined,
        jti: undefined,
        issuedAt: expiresAt - hour,
        expiresAt,
        binding: 'none',
      } as const,
    ]),
    expiresAt,
    assurance: 'high',
  });
}

/**
 * Runs a function as if a checked request of this caller had led to it: `currentCaller()` answers it.
 * @throws {ConfigurationError} under `NODE_ENV=production`.
 */
export function withCaller<T>(caller: Caller, run: () => T): T {
  assertNotInProduction('withCaller');
  const trace = { traceId: 'f'.repeat(32), spanId: 'f'.repeat(16), sampled: false };
  return runInContext({ caller, trace, requestId: 'test' }, run);
}
