/** Starts the world of a target: the shared trust, and a service of the driver inside it. */
import { createHash, X509Certificate } from 'node:crypto';
import { trustBundle } from '@countersign/core';
import { brokenCertificates } from '../broken-certificates.ts';
import type { TokenChanges } from '../mint-token.ts';
import type { ConformanceDriver } from './driver.ts';
import { startOpaqueIssuer } from './opaque-issuer.ts';
import { forgeTokens } from './refused-tokens/forge-tokens.ts';
import { workloads } from './service.ts';
import { startServiceUnderTest, type ServiceUnderTest } from './service-under-test.ts';
import { createTrustSetup, type TrustSetup } from './trust-setup.ts';
import type { ConformanceWorld, ServiceChanges } from './world.ts';

/** A world that runs. */
export interface RunningWorld {
  readonly world: ConformanceWorld;
  readonly close: () => Promise<void>;
}

/** Longer than the cool-down after which a service asks its issuer again, in milliseconds. */
const afterCoolDown = 10_000;

function worldOf(driver: ConformanceDriver, trust: TrustSetup, service: ServiceUnderTest): ConformanceWorld {
  const { endpoint, clock, attacker, identities } = trust;
  const { minter } = endpoint;
  const token = (changes: TokenChanges = {}): Promise<string> =>
    minter.mint({
      ...changes,
      claims: { client_id: 'orders', sub: 'orders', scope: 'inventory:read', ...changes.claims },
    });
  return {
    protocol: driver.protocol ?? 'http/1.1',
    identities,
    token,
    tokenBoundTo: ({ certificatePem }) => {
      const { raw } = new X509Certificate(certificatePem);
      return token({ claims: { cnf: { 'x5t#S256': createHash('sha256').update(raw).digest('base64url') } } });
    },
    issue: (request) => trust.authority.issue(request),
    bundleWithList: async (request) => {
      const { trustDomain, bundlePem: pem } = trust.authority;
      return trustBundle({ trustDomain, pem, crl: await trust.authority.issueRevocationList(request) });
    },
    refusedTokens: () => forgeTokens(trust),
    refusedCertificates: () => brokenCertificates({ authority: trust.authority, id: workloads.orders }),
    send: (request) => service.send(request),
    sendTogether: (requests, identity) => service.sendTogether(requests, identity),
    sendBytes: (what) => service.sendBytes(what),
    withService: async (changes: ServiceChanges, run) => {
      const second = await startServiceUnderTest(driver, trust, changes);
      try {
        await run(worldOf(driver, trust, second));
      } finally {
        await second.close();
      }
    },
    shiftClock: (milliseconds) => clock.shift(milliseconds),
    rotateKeys: () => {
      minter.rotateKeys();
      clock.pass(afterCoolDown);
    },
    withdrawOldKeys: () => {
      minter.withdrawOldKeys();
      clock.pass(afterCoolDown);
    },
    startOpaqueIssuer: () => startOpaqueIssuer(trust.authority, minter.audience),
    issuerIsDown: (down) => {
      endpoint.setDown(down);
      clock.pass(afterCoolDown);
    },
    attackerHits: () => attacker.hits(),
    attackerOrigin: attacker.origin,
    handlerRuns: () => service.record.handlerRuns,
    notices: service.record.notices,
    events: service.record.events,
  };
}

/** Starts it. */
export async function startWorld(driver: ConformanceDriver): Promise<RunningWorld> {
  const trust = await createTrustSetup();
  try {
    const service = await startServiceUnderTest(driver, trust);
    return {
      world: worldOf(driver, trust, service),
      close: async () => {
        await service.close();
        await trust.close();
      },
    };
  } catch (error) {
    await trust.close();
    throw error;
  }
}
