/** Pieces for tests of guarded connections: sources that change on command, and guarded servers on real sockets. */
import type { RequestListener, ServerResponse } from 'node:http';
import { createSecureServer } from 'node:http2';
import { createServer as createHttps } from 'node:https';
import type { Server } from 'node:net';
import { onTestFinished, vi } from 'vitest';
import type { AuditEvent } from '../audit/audit-event.ts';
import { memorySink } from '../audit/memory-sink.ts';
import type { Acceptable } from '../authentication/accept.ts';
import { clientCertificate } from '../authentication/client-certificate.ts';
import type { Issued } from '../certificate/certificate.test-kit.ts';
import { x509Identity, type IdentitySource, type X509Identity } from '../certificate/identity-source.ts';
import { admit, maybeCallerOfCarrier } from '../enforcement/admission.ts';
import { createServiceAuth } from '../enforcement/create-service-auth.ts';
import type { ServiceAuth } from '../enforcement/service-auth.ts';
import { Secret } from '../errors/secret.ts';
import type { TrustBundle, TrustBundleSet } from '../certificate/trust-bundle.ts';
import { compileRequirement } from '../policy/requirement.ts';
import { createChangeListeners } from '../runtime/change-listeners.ts';
import type { Notice } from '../runtime/notice.ts';
import { guardConnections, sweepMilliseconds } from './guard-connections.ts';
import { requestFactsOf } from './request-facts-of.ts';
import { createTlsOptions, type TlsOptions } from './tls-options.ts';
import { bundle, listen, server as serverCertificate } from './tls.test-kit.ts';

export function identityOf({ keyPem, pem }: Issued): X509Identity {
  return x509Identity({ key: new Secret(keyPem), certificate: pem });
}

/** A source that changes on command. */
export function changingIdentity(
  first: X509Identity | undefined,
): IdentitySource & { change(next?: X509Identity): void } {
  const listeners = createChangeListeners();
  let now = first;
  const change = (next?: X509Identity): void => {
    now = next;
    listeners.tell();
  };
  return { find: () => now, watch: listeners.watch, change };
}

/** A set that changes on command. */
export function changingBundles(
  ...first: readonly TrustBundle[]
): TrustBundleSet & { change(...next: readonly TrustBundle[]): void } {
  const listeners = createChangeListeners();
  let now = first;
  const change = (...next: readonly TrustBundle[]): void => {
    now = next;
    listeners.tell();
  };
  const find = (trustDomain: string): TrustBundle | undefined => now.find((one) => one.trustDomain === trustDomain);
  return { find, list: () => now, watch: listeners.watch, change };
}

export type Protocol = 'https' | 'http2';

/** How a guarded server differs from a usual one. */
export interface GuardedOptions {
  readonly protocol?: Protocol;
  readonly clientCertificate?: 'required' | 'permissive';
  readonly maximumConnectionAgeSeconds?: number;
  readonly accept?: (bundles: TrustBundleSet) => readonly [Acceptable, ...Acceptable[]];
  readonly identity?: X509Identity;
}

/** A guarded server at work. */
export interface Guarded {
  readonly port: number;
  readonly auth: ServiceAuth;
  readonly server: Server;
  readonly tls: TlsOptions;
  readonly events: readonly AuditEvent[];
  readonly notices: Notice[];
  readonly clock: { ahead: number };
  readonly identity: ReturnType<typeof changingIdentity>;
  readonly bundles: ReturnType<typeof changingBundles>;
  /** Responses to `/slow` that wait for their end. */
  readonly held: ServerResponse[];
  readonly stop: () => void;
  /** Lets so many seconds pass, and a sweep begin. */
  readonly pass: (seconds: number) => void;
}

const anyone = compileRequirement({ anyCaller: 'a test' }, 'test');

/** Serves until the test ends: `/slow` waits to be ended, everything else answers who calls. */
export async function guardedServer(options: GuardedOptions = {}): Promise<Guarded> {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  onTestFinished(() => void vi.useRealTimers());
  const clock = { ahead: 0, now: () => Date.now() + clock.ahead, monotonic: () => performance.now() + clock.ahead };
  const identity = changingIdentity(options.identity ?? identityOf(serverCertificate));
  const bundles = changingBundles(bundle);
  const sink = memorySink();
  const notices: Notice[] = [];
  const note = (fields: object, message: string): void => {
    const { code, ...facts } = fields as { code: Notice['code'] };
    // The certificates of tests live for two hours.
    if (code === 'CERTIFICATE_LIFETIME_LONG') return;
    notices.push({ code, level: 'info', message, facts });
  };
  const auth = createServiceAuth({
    service: 'spiffe://prod.test/inventory',
    audience: 'https://inventory.test',
    accept: options.accept?.(bundles) ?? [clientCertificate({ trustBundle: bundles })],
    audit: sink,
    clock,
    logger: { info: note, warn: note, error: note },
  });
  const tls = createTlsOptions({
    identity,
    trustBundles: bundles,
    clientCertificate: options.clientCertificate ?? 'required',
    ...(options.maximumConnectionAgeSeconds !== undefined && {
      maximumConnectionAgeSeconds: options.maximumConnectionAgeSeconds,
    }),
  });
  const held: ServerResponse[] = [];
  const handler: RequestListener = (request, response) => {
    void Promise.resolve(auth.check(requestFactsOf(request), anyone)).then((verdict) => {
      if (verdict.outcome === 'denied') {
        response.writeHead(verdict.response.status).end(verdict.reason);
        return;
      }
      admit(request, verdict);
      if (request.url === '/slow') held.push(response);
      else response.end(maybeCallerOfCarrier(request)?.id ?? 'nobody');
    });
  };
  const server =
    options.protocol === 'http2'
      ? createSecureServer({ ...tls, allowHTTP1: true }, handler as never)
      : createHttps({ ...tls }, handler);
  const stop = guardConnections(auth, server, tls);
  onTestFinished(stop);
  const port = await listen(server);
  const pass = (seconds: number): void => {
    clock.ahead += seconds * 1000;
    vi.advanceTimersByTime(sweepMilliseconds);
  };
  return { port, auth, server, tls, events: sink.events, notices, clock, identity, bundles, held, stop, pass };
}

/** Waits until it holds. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve));
}
