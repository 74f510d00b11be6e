/**
 * The state behind a fake of the SPIFFE Workload API: the authorities of a trust domain, the keys of its JWT-SVIDs, the
 * workloads with their certificates, and the domains it federates with.
 */
import { createTestAuthority, type IssuingAuthority, type TestAuthority } from '../test-authority.ts';
import type { CertificateRequest } from '../certificate-request.ts';
import type { JwksDocument } from '../token-minter.ts';
import { certificatesOf, privateKeyOf } from './der-of-pem.ts';
import { createJwtSvidMinter, type JwtSvidMinter } from './jwt-svid-minter.ts';
import type { SvidMessage, X509BundleMap } from './workload-messages.ts';

/** An identity that the calling process is entitled to. */
export interface TestWorkload {
  /** SPIFFE ID, e.g. `spiffe://prod.example/orders`. */
  readonly id: string;
  /** Tells several identities of one process apart. */
  readonly hint?: string;
  /** Changes its certificates: written as asked, right or wrong. */
  readonly certificate?: CertificateRequest;
}

/** A trust domain whose bundle is handed out, too. A `TestAuthority` is one. */
export interface FederatedDomain {
  readonly trustDomain: string;
  /** Its authorities. */
  readonly bundlePem: string;
  /** The keys of its JWT-SVIDs. Default: none, and then its bundle for JWT-SVIDs is not handed out. */
  readonly jwtKeys?: JwksDocument;
}

/** What the trust starts from. */
export interface WorkloadTrustOptions {
  readonly authority: TestAuthority;
  readonly workloads: readonly TestWorkload[];
  readonly federated: readonly FederatedDomain[];
  readonly certificateLifetimeSeconds: number;
  /** Issue through an intermediate authority. */
  readonly intermediate: boolean;
}

interface IssuedWorkload {
  readonly workload: TestWorkload;
  readonly certificates: readonly Uint8Array[];
  readonly key: Uint8Array;
}

/** The state. Everything it answers is of now. */
export interface WorkloadTrust {
  readonly trustDomain: string;
  readonly authority: TestAuthority;
  readonly jwtSvids: JwtSvidMinter;
  readonly workloads: readonly TestWorkload[];
  /** PEM of all authorities of the domain. */
  bundlePem(): string;
  /** One for each workload. */
  svids(): readonly SvidMessage[];
  /** One that another authority issued, for the id of the first workload. */
  readonly foreignSvid: SvidMessage;
  /** Authorities of the federated domains; with `own`, those of the domain too. */
  x509Bundles(which: 'federated' | 'all'): X509BundleMap;
  jwtBundles(): ReadonlyMap<string, JwksDocument>;
  reissue(workloads?: readonly TestWorkload[]): Promise<void>;
  /** Puts the next authority into the bundle. It issues nothing yet. */
  publishAuthority(): Promise<void>;
  readonly isAuthorityPublished: boolean;
  /** The next authority issues: the published one, or a new one. */
  rotateAuthority(overlap: boolean): Promise<void>;
  withdrawOldAuthorities(): void;
  setFederated(federated: readonly FederatedDomain[]): void;
}

/** Issues for one workload. */
async function issueTo(
  workload: TestWorkload,
  from: IssuingAuthority,
  lifetimeSeconds: number,
): Promise<IssuedWorkload> {
  const { id, certificate } = workload;
  const { certificatePem, keyPem } = await from.issue({ id, lifetimeSeconds, ...certificate });
  return { workload, certificates: certificatesOf(certificatePem), key: privateKeyOf(keyPem) };
}

function svidOf({ workload, certificates, key }: IssuedWorkload, bundlePem: string): SvidMessage {
  return { id: workload.id, certificates, key, authorities: certificatesOf(bundlePem), hint: workload.hint };
}

async function foreignSvidOf(trustDomain: string, lifetimeSeconds: number): Promise<SvidMessage> {
  const impostor = await createTestAuthority({ trustDomain });
  const workload = { id: `spiffe://${trustDomain}/foreign` };
  return svidOf(await issueTo(workload, impostor, lifetimeSeconds), impostor.bundlePem);
}

/** Makes the state, with certificates for all workloads. */
export async function createWorkloadTrust(options: WorkloadTrustOptions): Promise<WorkloadTrust> {
  const { certificateLifetimeSeconds } = options;
  const { trustDomain } = options.authority;
  const ownId = `spiffe://${trustDomain}`;
  const jwtSvids = createJwtSvidMinter({ trustDomain });
  let authorities: readonly [TestAuthority, ...TestAuthority[]] = [options.authority];
  let nextAuthority: TestAuthority | undefined;
  let { workloads, federated } = options;
  let issued: readonly IssuedWorkload[] = [];
  const bundlePem = (): string => {
    const published = nextAuthority === undefined ? authorities : [...authorities, nextAuthority];
    return published.map((one) => one.bundlePem).join('\n');
  };
  const derOf = (pem: string): Buffer => Buffer.concat(certificatesOf(pem));
  const reissue = async (next = workloads): Promise<void> => {
    const [root] = authorities;
    const from = options.intermediate ? await root.issueIntermediate() : root;
    const made = await Promise.all(next.map((one) => issueTo(one, from, certificateLifetimeSeconds)));
    workloads = next;
    issued = made;
  };
  await reissue();
  return {
    trustDomain,
    get authority() {
      return authorities[0];
    },
    jwtSvids,
    get workloads() {
      return workloads;
    },
    bundlePem,
    svids: () => issued.map((one) => svidOf(one, bundlePem())),
    foreignSvid: await foreignSvidOf(trustDomain, certificateLifetimeSeconds),
    x509Bundles: (which) => {
      const others = federated.map((one) => [`spiffe://${one.trustDomain}`, derOf(one.bundlePem)] as const);
      return new Map(which === 'all' ? [[ownId, derOf(bundlePem())], ...others] : others);
    },
    jwtBundles: () => {
      const others = federated.flatMap(({ trustDomain: name, jwtKeys }) =>
        jwtKeys === undefined ? [] : [[`spiffe://${name}`, jwtKeys] as const],
      );
      return new Map([[ownId, jwtSvids.bundle], ...others]);
    },
    reissue,
    publishAuthority: async () => {
      nextAuthority ??= await createTestAuthority({ trustDomain });
      jwtSvids.publishNextKey();
    },
    get isAuthorityPublished() {
      return nextAuthority !== undefined;
    },
    rotateAuthority: async (overlap) => {
      const next = nextAuthority ?? (await createTestAuthority({ trustDomain }));
      nextAuthority = undefined;
      authorities = overlap ? [next, ...authorities] : [next];
      jwtSvids.rotateKeys();
      if (!overlap) jwtSvids.withdrawOldKeys();
      await reissue();
    },
    withdrawOldAuthorities: () => {
      authorities = [authorities[0]];
      jwtSvids.withdrawOldKeys();
    },
    setFederated: (next) => {
      federated = next;
    },
  };
}
