/** One service of a world: the service side, its record, the driver's target, and a client that sees both. */
import { randomBytes } from 'node:crypto';
import {
  accessToken,
  all,
  clientCertificate,
  createMemoryReplayStore,
  createServiceAuth,
  createTlsOptions,
  fanOut,
  Secret,
  trustBundle,
  type AuditEvent,
  type Logger,
  type ManyIssuers,
  type Notice,
  type PkiOptions,
  type ServiceAuth,
} from '@countersign/core';
import { rawHttp2Request } from '../http2/raw-http2-request.ts';
import { rawRequest } from '../raw-request.ts';
import { sendBytes } from '../send-bytes.ts';
import type { TestAuthority } from '../test-authority.ts';
import type { ConformanceDriver } from './driver.ts';
import { conformanceRoutes, workloads, type ConformanceRoute } from './service.ts';
import type { TrustSetup } from './trust-setup.ts';
import { sendOnOneConnection } from './shared-connection.ts';
import type { ConformanceWorld, Observation, ServiceChanges, WorldRequest } from './world.ts';

/** What a service told outside its answers. */
export interface ServiceRecord {
  readonly events: AuditEvent[];
  readonly notices: Notice[];
  handlerRuns: number;
}

/** A running service. */
export interface ServiceUnderTest {
  readonly record: Readonly<ServiceRecord>;
  send(request: WorldRequest): Promise<Observation>;
  readonly sendTogether: ConformanceWorld['sendTogether'];
  readonly sendBytes: ConformanceWorld['sendBytes'];
  close(): Promise<void>;
}

/** A logger that keeps what it is told. */
function collect(notices: Notice[]): Logger {
  const take = (level: Notice['level']) => (fields: object, message: string) => {
    const { code, ...facts } = fields as { readonly code: Notice['code'] } & Notice['facts'];
    notices.push({ code, level, message, facts });
  };
  return { info: take('info'), warn: take('warn'), error: take('error') };
}

/** A PKI with the root of the trust domain, so that one TLS server takes both. */
function pkiOf({ bundlePem: pem }: TestAuthority, workloadsByName: Readonly<Record<string, string>>): PkiOptions {
  return { name: 'corp', trustBundle: trustBundle({ trustDomain: 'corp', pem }), workloads: workloadsByName };
}

function createAuth(trust: TrustSetup, changes: ServiceChanges, record: ServiceRecord): ServiceAuth {
  const { authority, endpoint, partner, clock, fetch } = trust;
  const { issuer, audience } = endpoint.minter;
  const certificate = clientCertificate({
    trustBundle: changes.trustBundle ?? authority.bundle,
    ...(changes.forwarded !== undefined && { forwarded: changes.forwarded }),
    ...(changes.certificateRevocation !== undefined && { revocation: changes.certificateRevocation }),
    ...(changes.pkiWorkloads !== undefined && { pki: [pkiOf(authority, changes.pkiWorkloads)] }),
  });
  const own: ManyIssuers = {
    issuers: [
      { issuer, tenantClaim: 'tenant' },
      { issuer: partner.issuer, jwks: { keys: [partner.key.publicJwk] } },
      ...(changes.issuers ?? []),
    ],
  };
  const many: ManyIssuers = changes.issuerSource === undefined ? own : { issuers: changes.issuerSource };
  const token = accessToken({
    ...many,
    ...(changes.revocation !== undefined && { revocation: changes.revocation }),
    ...(changes.dpop !== undefined && {
      dpop: { origin: audience, replayStore: createMemoryReplayStore({ clock }), ...changes.dpop },
    }),
  });
  const further = (changes.issuers ?? [])
    .flatMap((one) => one.issuer ?? [])
    .flatMap((name) => [`oauth:${name}#orders`, `oauth:${name}#orders-bound`]);
  const ordersIds = [`oauth:${issuer}#orders`, ...further];
  const sink = { write: (event: AuditEvent): void => void record.events.push(event) };
  return createServiceAuth({
    service: workloads.service,
    audience,
    accept: changes.demandsBoth === true ? [all(certificate, token)] : [certificate, token],
    aliases: { [workloads.orders]: ordersIds, [workloads.web]: [`oauth:${issuer}#web`] },
    audit: changes.audit === undefined ? sink : fanOut(sink, changes.audit),
    ...(changes.policy !== undefined && { policy: changes.policy }),
    ...(changes.resource !== undefined && { resource: changes.resource }),
    ...(changes.senderConstrained !== undefined && { senderConstrained: changes.senderConstrained }),
    clock,
    fetch,
    logger: collect(record.notices),
  });
}

/** The routes, with handlers that count. */
function countedRoutes(record: ServiceRecord): Readonly<Record<string, ConformanceRoute>> {
  const counted = Object.entries(conformanceRoutes).map(([name, route]) => {
    const answer: ConformanceRoute['answer'] = (request) => {
      record.handlerRuns += 1;
      return route.answer(request);
    };
    return [name, { ...route, answer }] as const;
  });
  return Object.fromEntries(counted);
}

/** Starts it. Requests without a trace get one, so that their events are found among those of others. */
export async function startServiceUnderTest(
  driver: ConformanceDriver,
  trust: TrustSetup,
  changes: ServiceChanges = {},
): Promise<ServiceUnderTest> {
  const record: ServiceRecord = { events: [], notices: [], handlerRuns: 0 };
  const auth = createAuth(trust, changes, record);
  await auth.ready();
  const { authority, identities } = trust;
  const tls = createTlsOptions({
    key: new Secret(identities.service.keyPem),
    certificate: identities.service.certificatePem,
    trustBundles: [authority.bundle],
    clientCertificate: 'permissive',
  });
  const { protocol = 'http/1.1' } = driver;
  const sendTo = protocol === 'h2' ? rawHttp2Request : rawRequest;
  // In place: a copy is not what createTlsOptions returned, and adapters would not guard by it.
  if (changes.resumesSessions === true) Object.assign(tls, { secureOptions: 0 });
  const setup = { auth, tls, routes: countedRoutes(record) };
  const target = await driver.start(setup).catch(async (error: unknown) => {
    await auth.close();
    throw error;
  });
  return {
    record,
    send: async ({ path, headers = [], ...rest }) => {
      const brought = headers.some(([name]) => name.toLowerCase() === 'traceparent');
      const traceId = randomBytes(16).toString('hex');
      const trace = [['traceparent', `00-${traceId}-${randomBytes(8).toString('hex')}-01`]] as const;
      const before = record.events.length;
      const answer = await sendTo({
        ...rest,
        url: `https://127.0.0.1:${target.port}${path}`,
        headers: brought ? headers : [...trace, ...headers],
        ca: authority.bundlePem,
      });
      const later = record.events.slice(before);
      return { ...answer, events: brought ? later : later.filter((event) => event.trace_id === traceId) };
    },
    sendTogether: (requests, identity) =>
      sendOnOneConnection(
        { protocol, origin: `https://127.0.0.1:${target.port}`, ca: authority.bundlePem, identity },
        requests.map(({ path, token }) => ({
          path,
          headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
        })),
      ),
    sendBytes: (what) => sendBytes({ ...what, port: target.port, ca: authority.bundlePem }),
    close: async () => {
      await target.close();
      await auth.close();
    },
  };
}
