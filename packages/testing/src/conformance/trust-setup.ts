/** What all services of a world share: authority, issuers, the attacker, the clock, and the identities. */
import type { Fetch } from '@countersign/core';
import type { PemIdentity } from '../raw-request.ts';
import { createSigningKey, type SigningKey } from '../signing-key.ts';
import { createTestAuthority, type TestAuthority } from '../test-authority.ts';
import { trustingFetch } from '../trusting-fetch.ts';
import { startAttackerServer, type AttackerServer } from './attacker-server.ts';
import { startKeyEndpoint, type KeyEndpoint } from './key-endpoint.ts';
import { workloads } from './service.ts';
import { shiftableClock, type ShiftableClock } from './shiftable-clock.ts';

/** A second issuer that the service trusts: its key has the id of the first one's key. */
export interface Partner {
  readonly issuer: string;
  readonly key: SigningKey;
}

/** The shared part of a world. */
export interface TrustSetup {
  readonly authority: TestAuthority;
  readonly endpoint: KeyEndpoint;
  readonly partner: Partner;
  readonly attacker: AttackerServer;
  readonly clock: ShiftableClock;
  /** Reaches the issuer, and trusts its certificate. */
  readonly fetch: Fetch;
  readonly identities: {
    readonly service: PemIdentity;
    readonly orders: PemIdentity;
    readonly web: PemIdentity;
    readonly proxy: PemIdentity;
  };
  close(): Promise<void>;
}

const audience = 'https://inventory.test';
const loopback = { dnsNames: ['localhost'], ipAddresses: ['127.0.0.1'] } as const;

/** Builds it. */
export async function createTrustSetup(): Promise<TrustSetup> {
  const authority = await createTestAuthority({ trustDomain: 'prod.test' });
  const issuerIdentity = await authority.issue({ id: 'spiffe://prod.test/issuer', ...loopback });
  const endpoint = await startKeyEndpoint(issuerIdentity, audience);
  const attacker = await startAttackerServer();
  return {
    authority,
    endpoint,
    partner: {
      issuer: 'https://partner.test',
      key: createSigningKey('ES256', endpoint.minter.signingKey.keyId),
    },
    attacker,
    clock: shiftableClock(),
    fetch: trustingFetch({ ca: authority.bundlePem }),
    identities: {
      service: await authority.issue({ id: workloads.service, ...loopback }),
      orders: await authority.issue({ id: workloads.orders }),
      web: await authority.issue({ id: workloads.web }),
      proxy: await authority.issue({ id: workloads.proxy }),
    },
    close: async () => {
      await Promise.all([endpoint.close(), attacker.close()]);
    },
  };
}
