/** The suite: every case, and how to run them against a driver under any test runner. */
import { acceptedSpellings } from './cases/accepted-spellings.ts';
import { bothDemanded } from './cases/both-demanded.ts';
import { callerNotListed } from './cases/caller-not-listed.ts';
import { clock } from './cases/clock.ts';
import { concurrency } from './cases/concurrency.ts';
import { doubledCredentials } from './cases/doubled-credentials.ts';
import { dpopDowngrade } from './cases/dpop-downgrade.ts';
import { dpopNonce } from './cases/dpop-nonce.ts';
import { dpopProof } from './cases/dpop-proof.ts';
import { dpopReplay } from './cases/dpop-replay.ts';
import { faultInside } from './cases/fault-inside.ts';
import { forgedHeaders } from './cases/forged-headers.ts';
import { forwardedBinding } from './cases/forwarded-binding.ts';
import { forwardedCertificates } from './cases/forwarded-certificates.ts';
import { forwardedHidden } from './cases/forwarded-hidden.ts';
import { forwardedStrangers } from './cases/forwarded-strangers.ts';
import { forwardedXfcc } from './cases/forwarded-xfcc.ts';
import { handlerFailure } from './cases/handler-failure.ts';
import { hostileText } from './cases/hostile-text.ts';
import { issuerOutage } from './cases/issuer-outage.ts';
import { issuerSource } from './cases/issuer-source.ts';
import { keyRotation } from './cases/key-rotation.ts';
import { lossyAudit } from './cases/lossy-audit.ts';
import { malformedFields } from './cases/malformed-fields.ts';
import { noCredential } from './cases/no-credential.ts';
import { noSecretAnywhere } from './cases/no-secret-anywhere.ts';
import { opaqueTokens } from './cases/opaque-tokens.ts';
import { optionalRoute } from './cases/optional-route.ts';
import { otherMethods } from './cases/other-methods.ts';
import { oversizedRequest } from './cases/oversized-request.ts';
import { pathConfusion } from './cases/path-confusion.ts';
import { plainPki } from './cases/plain-pki.ts';
import { publicRoute } from './cases/public-route.ts';
import { refusedCertificates } from './cases/refused-certificates.ts';
import { refusedTokens } from './cases/refused-tokens.ts';
import { resumedSession } from './cases/resumed-session.ts';
import { replayStoreOutage } from './cases/replay-store-outage.ts';
import { resourceMetadata } from './cases/resource-metadata.ts';
import { revokedCertificate } from './cases/revoked-certificate.ts';
import { revokedToken } from './cases/revoked-token.ts';
import { scopes } from './cases/scopes.ts';
import { sharedConnection } from './cases/shared-connection.ts';
import { smuggledRequests } from './cases/smuggled-requests.ts';
import { servicePolicy } from './cases/service-policy.ts';
import { senderConstrained } from './cases/sender-constrained.ts';
import { stepUp } from './cases/step-up.ts';
import { stolenToken } from './cases/stolen-token.ts';
import { subjectActorTenant } from './cases/subject-actor-tenant.ts';
import { tokenProfiles } from './cases/token-profiles.ts';
import { traceAndAudit } from './cases/trace-and-audit.ts';
import { unmatchedRoute } from './cases/unmatched-route.ts';
import { verifiedCaller } from './cases/verified-caller.ts';
import { startWorld, type RunningWorld } from './start-world.ts';
import type { ConformanceDriver } from './driver.ts';
import { existsIn } from './http-protocol.ts';
import type { ConformanceCase } from './world.ts';

/** Every case. Those of `protocolBoundCases` exist in one protocol alone. */
export const conformanceCases: readonly ConformanceCase[] = [
  publicRoute,
  verifiedCaller,
  acceptedSpellings,
  noCredential,
  optionalRoute,
  scopes,
  subjectActorTenant,
  callerNotListed,
  unmatchedRoute,
  otherMethods,
  pathConfusion,
  refusedTokens,
  oversizedRequest,
  malformedFields,
  smuggledRequests,
  refusedCertificates,
  plainPki,
  doubledCredentials,
  forgedHeaders,
  forwardedXfcc,
  forwardedCertificates,
  forwardedStrangers,
  forwardedHidden,
  forwardedBinding,
  stolenToken,
  dpopProof,
  dpopReplay,
  dpopDowngrade,
  dpopNonce,
  replayStoreOutage,
  revokedToken,
  revokedCertificate,
  senderConstrained,
  stepUp,
  bothDemanded,
  resumedSession,
  concurrency,
  sharedConnection,
  handlerFailure,
  servicePolicy,
  resourceMetadata,
  faultInside,
  lossyAudit,
  traceAndAudit,
  hostileText,
  noSecretAnywhere,
  clock,
  keyRotation,
  issuerOutage,
  issuerSource,
  tokenProfiles,
  opaqueTokens,
];

/** The parts of a test runner that the suite needs. Vitest, Jest and `node:test` (with `before` and `after`) fit. */
export interface TestRunner {
  describe(name: string, body: () => void): unknown;
  test(name: string, body: () => Promise<void>): unknown;
  beforeAll(body: () => Promise<void>): unknown;
  afterAll(body: () => Promise<void>): unknown;
}

/** Registers the suite for one driver: every case that exists in its protocol. All share one running service. */
export function describeConformance(driver: ConformanceDriver, runner: TestRunner): void {
  runner.describe(`conformance of ${driver.name}`, () => {
    let running: RunningWorld | undefined;
    runner.beforeAll(async () => {
      running = await startWorld(driver);
    });
    runner.afterAll(async () => {
      await running?.close();
    });
    for (const conformanceCase of conformanceCases) {
      const { id, title, attacks } = conformanceCase;
      if (!existsIn(id, driver.protocol ?? 'http/1.1')) continue;
      const rows = attacks === undefined ? '' : ` (attacks ${attacks.join(', ')})`;
      runner.test(`${title}${rows}`, async () => {
        if (running === undefined) throw new Error('The service of the suite did not start.');
        await conformanceCase.run(running.world);
      });
    }
  });
}
