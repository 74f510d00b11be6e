/**
 * A real SPIFFE Workload API (gRPC on a UNIX socket or a loopback port) whose answers a test decides: rotations, other
 * workloads, refusals, broken streams and broken messages. As the specification demands, a call without the metadata
 * `workload.spiffe.io: true` is refused (SPIFFE Workload Endpoint §6). It attests nobody.
 */
import { FaultCollector, trustBundle, type TrustBundle } from '@countersign/core';
import { assertNotInProduction } from '../not-in-production.ts';
import { createTestAuthority, type TestAuthority } from '../test-authority.ts';
import { checkWorkloadApi, checkWorkloads } from './check-workload-api.ts';
import type { JwtSvidMinter } from './jwt-svid-minter.ts';
import { listenOnEndpoint } from './listen-on-endpoint.ts';
import { createWorkloadCalls } from './workload-calls.ts';
import type { WorkloadApiMethod } from './workload-answers.ts';
import type { WorkloadFault } from './workload-faults.ts';
import { createWorkloadTrust, type FederatedDomain, type TestWorkload } from './workload-trust.ts';

/** Options of `startWorkloadApi`. */
export interface WorkloadApiOptions {
  /** Identities that every caller is entitled to, in this order. None: callers are denied. */
  readonly workloads: readonly TestWorkload[];
  /** Where it listens. Default `unix`: a socket in a temporary folder. */
  readonly endpoint?: 'unix' | 'tcp';
  /** Issues the certificates. Default: one of its own. */
  readonly authority?: TestAuthority;
  /** Name of the trust domain of that authority. Default `prod.test`. */
  readonly trustDomain?: string;
  /** Further trust domains whose bundles are handed out. */
  readonly federated?: readonly FederatedDomain[];
  /** Default 600. Nothing is renewed by itself: see `rotate()`. */
  readonly certificateLifetimeSeconds?: number;
  /** Default 300. */
  readonly tokenLifetimeSeconds?: number;
  /** Issue through an intermediate authority. Default `false`. */
  readonly intermediate?: boolean;
}

/** A running Workload API. Each change of what it knows is told to every open stream at once. */
export interface TestWorkloadApi {
  /** For clients, and for `SPIFFE_ENDPOINT_SOCKET`: `unix:///…` or `tcp://127.0.0.1:…`. */
  readonly endpoint: string;
  readonly trustDomain: string;
  /** The authority that issues now. */
  readonly authority: TestAuthority;
  /** All authorities of the trust domain, as they are handed out now. */
  readonly bundle: TrustBundle;
  /** Signs the JWT-SVIDs; its `bundle` holds the keys that are handed out now. */
  readonly jwtSvids: JwtSvidMinter;
  /** How often each method was called, refused calls too. */
  readonly calls: Readonly<Record<WorkloadApiMethod, number>>;
  /** Streams that are open now. */
  readonly openStreams: number;
  /** Settles at the next call of a method, when it is answered. */
  nextCall(method: WorkloadApiMethod): Promise<void>;
  /** New keys and certificates for all workloads. */
  rotate(): Promise<void>;
  setWorkloads(workloads: readonly TestWorkload[]): Promise<void>;
  /** Publishes the next authority and the next key for JWT-SVIDs. They issue nothing yet: SPIRE does this first. */
  publishAuthority(): Promise<void>;
  /**
   * From now on the published authority and key issue; new certificates. The old ones stay trusted.
   * @throws {ConfigurationError} when none is published.
   */
  activateAuthority(): Promise<void>;
  /**
   * Both at once, in one message, or with what `publishAuthority()` published; with `overlap` the old ones stay
   * trusted.
   */
  rotateAuthority(options: { readonly overlap: boolean }): Promise<void>;
  /** Takes the authorities and keys that no longer sign out of the bundles. */
  withdrawOldAuthorities(): void;
  setFederated(federated: readonly FederatedDomain[]): void;
  /** Hands out these revocation lists (DER). */
  setRevocationLists(lists: readonly Uint8Array[]): void;
  /** From now on every call is refused with PERMISSION_DENIED, and open streams end with it. */
  deny(): void;
  /** The same with UNAVAILABLE. */
  unavailable(): void;
  /** From now on calls stay open without an answer. */
  hang(): void;
  /** From now on connections break at the first call, open ones at once. */
  down(): void;
  /** From now on every message is broken in this way; open streams get one at once. */
  malformed(kind: WorkloadFault): void;
  /** Ends all this; streams that are still open are told the state. */
  recover(): void;
  /** Ends open streams in good order (OK). */
  endStreams(): void;
  /** Breaks all connections, as an agent that is killed. The next ones are served. */
  dropStreams(): void;
  close(): Promise<void>;
}

const defaultCertificateLifetimeSeconds = 600;
const defaultTokenLifetimeSeconds = 300;

/**
 * Starts it.
 * @throws {ConfigurationError} under `NODE_ENV=production`, and for its options.
 */
export async function startWorkloadApi(options: WorkloadApiOptions): Promise<TestWorkloadApi> {
  assertNotInProduction('startWorkloadApi');
  checkWorkloadApi(options);
  const { trustDomain = 'prod.test', endpoint: kind = 'unix' } = options;
  const trust = await createWorkloadTrust({
    authority: options.authority ?? (await createTestAuthority({ trustDomain })),
    workloads: options.workloads,
    federated: options.federated ?? [],
    certificateLifetimeSeconds: options.certificateLifetimeSeconds ?? defaultCertificateLifetimeSeconds,
    intermediate: options.intermediate ?? false,
  });
  const calls = createWorkloadCalls(trust, options.tokenLifetimeSeconds ?? defaultTokenLifetimeSeconds);
  const { endpoint, close } = await listenOnEndpoint(calls.server, kind);
  const changed = async (change: Promise<void>): Promise<void> => {
    await change;
    calls.tellStreams();
  };
  return {
    endpoint,
    trustDomain: trust.trustDomain,
    get authority() {
      return trust.authority;
    },
    get bundle() {
      return trustBundle({ trustDomain: trust.trustDomain, pem: trust.bundlePem() });
    },
    jwtSvids: trust.jwtSvids,
    calls: calls.counts,
    get openStreams() {
      return calls.openStreams();
    },
    nextCall: (method) => calls.nextCall(method),
    rotate: () => changed(trust.reissue()),
    setWorkloads: async (workloads) => {
      const faults = new FaultCollector('setWorkloads');
      checkWorkloads(faults, workloads);
      faults.throwIfAny();
      await changed(trust.reissue(workloads));
    },
    publishAuthority: () => changed(trust.publishAuthority()),
    activateAuthority: async () => {
      const faults = new FaultCollector('activateAuthority');
      if (!trust.isAuthorityPublished) {
        faults.add('CONFIG_INVALID', 'the authority', 'is not published', 'call publishAuthority() first');
      }
      faults.throwIfAny();
      await changed(trust.rotateAuthority(true));
    },
    rotateAuthority: ({ overlap }) => changed(trust.rotateAuthority(overlap)),
    withdrawOldAuthorities: () => {
      trust.withdrawOldAuthorities();
      calls.tellStreams();
    },
    setFederated: (federated) => {
      trust.setFederated(federated);
      calls.tellStreams();
    },
    setRevocationLists: (lists) => calls.setRevocationLists(lists),
    deny: () => calls.behave('denied'),
    unavailable: () => calls.behave('unavailable'),
    hang: () => calls.behave('silent'),
    down: () => calls.behave('down'),
    malformed: (fault) => calls.behave('serving', fault),
    recover: () => calls.behave('serving'),
    endStreams: () => calls.endStreams(),
    dropStreams: () => calls.dropConnections(),
    close,
  };
}
