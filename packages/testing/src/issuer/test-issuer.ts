/**
 * A real authorization server (`oidc-provider`) on a loopback port, over TLS: client credentials and token exchange
 * (RFC 8693) for clients that prove themselves with a secret, a signed assertion or a certificate; access tokens for the
 * resource that was asked for (RFC 8707), as JWTs (RFC 9068) or opaque with introspection (RFC 7662), bound to a
 * certificate or a DPoP key; keys that rotate, discovery; troubles and a clock that a test decides.
 */
import { randomBytes } from 'node:crypto';
import type { RequestListener } from 'node:http';
import { createServer } from 'node:https';
import type { Fetch } from '@countersign/core';
import { listenOnLoopback } from '../listen-on-loopback.ts';
import { mintToken, type TokenChanges } from '../mint-token.ts';
import { createSigningKey } from '../signing-key.ts';
import { createTestAuthority } from '../test-authority.ts';
import { trustingFetch } from '../trusting-fetch.ts';
import { checkTestIssuer } from './check-test-issuer.ts';
import { createIssuerNonces } from './dpop-nonces.ts';
import { createIssuerClock } from './issuer-clock.ts';
import { createIssuerInstance, type IssuerInstance } from './issuer-handler.ts';
import type { TestIssuerOptions } from './issuer-options.ts';
import { endpointOf, introspectionPath, type IssuerSetup } from './issuer-setup.ts';
import { createIssuerStore } from './issuer-store.ts';
import { createOutages, type IssuerEndpoint, type IssuerOutage } from './outages.ts';
import { createTokenRequestLog, type TokenRequest } from './token-request-log.ts';
import { userTokenOrder } from './user-token.ts';
import type { UserTokenRequest } from './user-token-request.ts';

/** A running authorization server. */
export interface TestIssuer {
  /** `https://localhost:<port>`: its identifier, and where it is. */
  readonly issuer: string;
  readonly tokenEndpoint: string;
  readonly introspectionEndpoint: string;
  /** How many questions the introspection endpoint got. */
  readonly introspections: number;
  /** What came in at the token endpoint, in the order of arrival. */
  readonly tokenRequests: readonly TokenRequest[];
  /** PEM of the authority that its certificate leads to. */
  readonly caPem: string;
  /** A `fetch` that trusts this authority, for `createServiceAuth({ fetch })` and for clients. */
  readonly fetch: Fetch;
  /** The key id that signs now. */
  readonly keyId: string;
  /** From now on a new key signs. The old ones stay published. */
  rotateKeys(): Promise<void>;
  /** Takes the keys that no longer sign out of the JWKS. */
  withdrawOldKeys(): Promise<void>;
  /** From now on another DPoP nonce is the current one. The last one stays good. */
  rotateDpopNonce(): void;
  /**
   * Puts it into trouble, at one endpoint or at all of them: `down`, `slow`, `hanging`, `unavailable` or
   * `wrong-content`; `undefined` ends that.
   * @throws {ConfigurationError} for names that are not known.
   */
  setOutage(outage: IssuerOutage | undefined, where?: { readonly endpoint?: IssuerEndpoint }): void;
  /** Lets its clock be that many seconds ahead, or behind when negative. Tokens are issued and judged at its time. */
  shiftClock(seconds: number): void;
  /** Lets a listener answer at the introspection endpoint, instead of the server; `undefined` ends that. */
  interceptIntrospection(listener: RequestListener | undefined): void;
  /** The same at the token endpoint. */
  interceptToken(listener: RequestListener | undefined): void;
  /** Withdraws a token: it can be exchanged no more, and an opaque one is not active. */
  revoke(token: string): void;
  /**
   * The token of a user who has logged in, as the service at the edge receives it.
   * @throws {TypeError} for a client or audience that the issuer does not know.
   */
  mintUserToken(request: UserTokenRequest): Promise<string>;
  /** A token signed with the current key, past all rules of the server: for tests with broken tokens. */
  mint(audience: string, changes?: TokenChanges): Promise<string>;
  close(): Promise<void>;
}

const defaultLifetimeSeconds = 300;

/**
 * Starts the server.
 * @throws {ConfigurationError} for its options, and under `NODE_ENV=production`.
 */
export async function createTestIssuer(options: TestIssuerOptions): Promise<TestIssuer> {
  checkTestIssuer(options);
  const authority = options.authority ?? (await createTestAuthority({ trustDomain: 'issuer.test' }));
  const identity = await authority.issue({
    id: `spiffe://${authority.trustDomain}/issuer`,
    dnsNames: ['localhost'],
    ipAddresses: ['127.0.0.1'],
    lifetimeSeconds: 86_400,
  });
  const outages = createOutages();
  const log = createTokenRequestLog();
  const intercepts = new Map<IssuerEndpoint, RequestListener>();
  let instance: IssuerInstance | undefined;
  let introspections = 0;
  const tls = { key: identity.keyPem, cert: identity.certificatePem, ca: authority.bundlePem };
  const server = createServer({ ...tls, requestCert: true, rejectUnauthorized: false }, (request, response) => {
    const endpoint = endpointOf(request.url ?? '');
    if (endpoint === 'introspection') introspections += 1;
    if (endpoint === 'token') log.begin(request);
    const listener = (endpoint && intercepts.get(endpoint)) ?? instance?.listener;
    if (listener !== undefined) outages.before(endpoint, listener)(request, response);
  });
  const listening = await listenOnLoopback(server, options.port);
  const issuer = `https://localhost:${listening.port}`;
  const clock = createIssuerClock(options.clock);
  const { clients, resources, exchange = [], requireDpopNonce = false, jwtSvids } = options;
  let setup: IssuerSetup = {
    issuer,
    clients,
    resources,
    exchange,
    requireDpopNonce,
    jwtSvids,
    svidSecret: randomBytes(32).toString('base64url'),
    tokenLifetimeSeconds: options.tokenLifetimeSeconds ?? defaultLifetimeSeconds,
    keys: [createSigningKey(options.algorithm)],
    clock,
    store: createIssuerStore(clock),
    nonces: createIssuerNonces(),
    usedProofs: new Set(),
  };
  // The server takes its keys at construction: to change them, another instance takes over the port.
  const start = async (keys: IssuerSetup['keys']): Promise<void> => {
    const next = { ...setup, keys };
    instance = await createIssuerInstance(next, log);
    setup = next;
  };
  await start(setup.keys);
  const intercept = (endpoint: IssuerEndpoint, listener: RequestListener | undefined): void => {
    if (listener === undefined) intercepts.delete(endpoint);
    else intercepts.set(endpoint, listener);
  };
  return {
    issuer,
    tokenEndpoint: `${issuer}/token`,
    introspectionEndpoint: `${issuer}${introspectionPath}`,
    get introspections() {
      return introspections;
    },
    tokenRequests: log.requests,
    caPem: authority.bundlePem,
    fetch: trustingFetch({ ca: authority.bundlePem }),
    get keyId() {
      return setup.keys[0].keyId;
    },
    rotateKeys: () => start([createSigningKey(options.algorithm), ...setup.keys]),
    withdrawOldKeys: () => start([setup.keys[0]]),
    rotateDpopNonce: () => setup.nonces.rotate(),
    setOutage: (outage, { endpoint } = {}) => outages.set(outage, endpoint),
    shiftClock: (seconds) => clock.shift(seconds),
    interceptIntrospection: (listener) => intercept('introspection', listener),
    interceptToken: (listener) => intercept('token', listener),
    revoke: (token) => setup.store.withdraw(token),
    mintUserToken: (request) => (instance as IssuerInstance).mint(userTokenOrder(setup, request)),
    mint: (audience, changes) => mintToken({ issuer, audience, key: setup.keys[0], now: clock.seconds() }, changes),
    close: () => listening.close(),
  };
}
