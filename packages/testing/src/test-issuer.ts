/**
 * A real authorization server (`oidc-provider`) on a loopback port, over TLS: client credentials with a client secret
 * or a signed assertion, access tokens for the resource that was asked for (RFC 8707), as JWTs (RFC 9068) or opaque with
 * introspection (RFC 7662), keys that rotate, discovery.
 */
import type { RequestListener } from 'node:http';
import { createServer } from 'node:https';
import type { Algorithm, Fetch, Secret } from '@countersign/core';
import { checkTestIssuer } from './check-test-issuer.ts';
import { createIssuerHandler, introspectionPath } from './issuer-handler.ts';
import { createIssuerStore } from './issuer-store.ts';
import { listenOnLoopback } from './listen-on-loopback.ts';
import { mintToken, type TokenChanges } from './mint-token.ts';
import { createSigningKey, type SigningKey } from './signing-key.ts';
import { createTestAuthority, type TestAuthority } from './test-authority.ts';
import { trustingFetch } from './trusting-fetch.ts';

/** A client of the issuer. */
export interface TestClient {
  readonly clientId: string;
  /** Its secret; or `publicJwk`. */
  readonly clientSecret?: Secret;
  /** The key that its assertions verify under (`private_key_jwt`), with its `alg`. */
  readonly publicJwk?: Readonly<Record<string, unknown>>;
  /** Audiences of the services it is: it may ask about their tokens. Default: none. */
  readonly introspects?: readonly string[];
  /** What it may ask for, e.g. `['inventory:read']`. */
  readonly scopes: readonly string[];
  /** Bind its tokens to the certificate it shows at the token endpoint (RFC 8705 §3). Default `false`. */
  readonly certificateBound?: boolean;
}

/** A service that tokens are issued for. */
export interface TestResource {
  /** The `resource` that clients ask for, and the `aud` of the token: an absolute URI. */
  readonly audience: string;
  readonly scopes: readonly string[];
  /** Default `jwt`. */
  readonly tokenFormat?: 'jwt' | 'opaque';
}

/** Options of `createTestIssuer`. */
export interface TestIssuerOptions {
  readonly clients: readonly [TestClient, ...TestClient[]];
  readonly resources: readonly [TestResource, ...TestResource[]];
  /** Issues the certificate of the server. Default: one of its own, for `issuer.test`. */
  readonly authority?: TestAuthority;
  /** Default 300. */
  readonly tokenLifetimeSeconds?: number;
  /** Default `ES256`. */
  readonly algorithm?: Algorithm;
  /** Default: any free port. */
  readonly port?: number;
}

/** A running authorization server. */
export interface TestIssuer {
  /** `https://localhost:<port>`: its identifier, and where it is. */
  readonly issuer: string;
  readonly tokenEndpoint: string;
  readonly introspectionEndpoint: string;
  /** How many questions the introspection endpoint got. */
  readonly introspections: number;
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
  /** While down, connections end without an answer. */
  setDown(down: boolean): void;
  /** Lets a listener answer at the introspection endpoint, instead of the server; `undefined` ends that. */
  interceptIntrospection(listener: RequestListener | undefined): void;
  /** Withdraws an opaque token. */
  revoke(token: string): void;
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
  let handler: RequestListener | undefined;
  let isDown = false;
  let introspections = 0;
  let intercept: RequestListener | undefined;
  const tls = { key: identity.keyPem, cert: identity.certificatePem, ca: authority.bundlePem };
  const server = createServer({ ...tls, requestCert: true, rejectUnauthorized: false }, (request, response) => {
    const isQuestion = request.url === introspectionPath;
    if (isQuestion) introspections += 1;
    if (isDown) request.socket.destroy();
    else ((isQuestion ? intercept : undefined) ?? handler)?.(request, response);
  });
  const listening = await listenOnLoopback(server, options.port);
  const issuer = `https://localhost:${listening.port}`;
  let keys: readonly [SigningKey, ...SigningKey[]] = [createSigningKey(options.algorithm)];
  const { tokenLifetimeSeconds = defaultLifetimeSeconds, clients, resources } = options;
  const store = createIssuerStore();
  // The server takes its keys at construction: to change them, another instance takes over the port.
  const sign = async (next: typeof keys): Promise<void> => {
    handler = await createIssuerHandler({ issuer, keys: next, tokenLifetimeSeconds, clients, resources, store });
    keys = next;
  };
  await sign(keys);
  return {
    issuer,
    tokenEndpoint: `${issuer}/token`,
    introspectionEndpoint: `${issuer}${introspectionPath}`,
    get introspections() {
      return introspections;
    },
    caPem: authority.bundlePem,
    fetch: trustingFetch({ ca: authority.bundlePem }),
    get keyId() {
      return keys[0].keyId;
    },
    rotateKeys: () => sign([createSigningKey(options.algorithm), ...keys]),
    withdrawOldKeys: () => sign([keys[0]]),
    setDown: (down) => {
      isDown = down;
    },
    interceptIntrospection: (listener) => {
      intercept = listener;
    },
    revoke: (token) => store.withdraw(token),
    mint: (audience, changes) => mintToken({ issuer, audience, key: keys[0] }, changes),
    close: () => listening.close(),
  };
}
