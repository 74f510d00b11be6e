/**
 * A service side for the tests of an app: every request comes from one caller, without a credential, and the
 * requirements of the routes decide as in production. Works under supertest, `app.inject` and Nest's testing module.
 */
import {
  accept,
  createServiceAuth,
  FaultCollector,
  memorySink,
  type AuditSink,
  type Authenticator,
  type Caller,
  type PeerCertificate,
  type RequestFacts,
  type ServiceAuth,
} from '@countersign/core';
import { assertNotInProduction } from './not-in-production.ts';

/** Options of `createTestAuth`. */
export interface TestAuthOptions {
  /** Who every request comes from; without it every request is anonymous. Change it between tests with `as`. */
  readonly caller?: Caller;
  /** The id of the service under test. Default `spiffe://test.invalid/service`. */
  readonly service?: string;
  /** Where decisions are recorded. Default: a memory sink nobody reads. */
  readonly audit?: AuditSink;
}

/** A service side for tests. */
export interface TestAuth extends ServiceAuth {
  /** From now on requests come from this caller; `undefined` means without a credential. */
  as(caller: Caller | undefined): void;
}

const nobody: readonly string[] = Object.freeze([]);
const placeholder = Object.freeze({ chain: [undefined], tlsAuthorized: true }) as unknown as PeerCertificate;

/**
 * Makes it.
 * @throws {ConfigurationError} for options that do not exist, for a service or an audit that is none, and under
 * `NODE_ENV=production`.
 */
export function createTestAuth(options: TestAuthOptions = {}): TestAuth {
  assertNotInProduction('createTestAuth');
  const faults = new FaultCollector('createTestAuth');
  faults.onlyKnown(options, ['caller', 'service', 'audit']);
  faults.throwIfAny();
  let current = options.caller;
  const believing: Authenticator = {
    name: 'test-caller',
    credentials: ['client-certificate'],
    waivers: {},
    bind: () => ({
      authenticate: () => {
        if (current === undefined) throw new Error('There is no caller to authenticate.');
        const [evidence] = current.evidence;
        if (evidence === undefined) throw new Error('A caller has at least one evidence.');
        const { id: workload, ...rest } = current;
        return accept({ ...rest, workload, evidence });
      },
    }),
  };
  const auth = createServiceAuth({
    service: options.service ?? 'spiffe://test.invalid/service',
    audience: 'https://service.test.invalid',
    accept: [believing],
    audit: options.audit ?? memorySink(),
  });
  /** The request as if its caller had shown a certificate; what it really carries is not looked at. */
  const factsAsCaller = (facts: RequestFacts): RequestFacts => {
    const { peerCertificate: _shown, ...rest } = facts;
    const header = (name: string): readonly string[] => (name === 'authorization' ? nobody : facts.header(name));
    return { ...rest, header, ...(current !== undefined && { peerCertificate: placeholder }) };
  };
  return {
    ...auth,
    check: (facts, requirement) => auth.check(factsAsCaller(facts), requirement),
    as: (caller) => {
      current = caller;
    },
  };
}
