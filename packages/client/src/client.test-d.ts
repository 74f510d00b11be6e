/** What must not compile, and what must: tsc reads this file, nothing runs it. */
import {
  type Caller,
  clientSecret as secretOf,
  dpopProver,
  privateKeyJwt,
  Secret,
  type IdentitySource,
  type SigningKeys,
  type TrustBundle,
  type TrustBundleSet,
  type TrustBundleSource,
  type X509Identity,
} from '@countersign/core';
import { Client, experimental } from '@grpc/grpc-js';
import {
  clientCredentials,
  createServiceClient,
  grpcCertificates,
  mtls,
  rotatingGrpcClient,
  serverTls,
  ServiceCallError,
  type CallFaultCode,
  type CredentialSource,
  type OnBehalfOfSource,
} from './index.ts';

declare const trustBundle: TrustBundle;
const baseUrl = 'https://inventory.internal';
const audience = 'https://inventory.internal';
const clientSecret = new Secret('s');
const key = new Secret('k');
const issuer = 'https://issuer.internal';
const clientAuthentication = secretOf({ clientId: 'orders', clientSecret });
const credentials = clientCredentials({ issuer, clientAuthentication });
const tls = mtls({ key, certificate: 'pem', server: 'spiffe://prod.example/inventory', trustBundle });
const allowHttp = { reason: 'r', owner: 'o', expires: '2999-12-31' };

const inventory = createServiceClient({ baseUrl, audience, credentials, tls });
createServiceClient({ baseUrl, audience, credentials });
createServiceClient({ baseUrl, audience, credentials, tls: serverTls({ ca: 'pem' }), timeoutSeconds: 5 });
createServiceClient({ baseUrl, audience, tls });
createServiceClient({ baseUrl, audience, credentials, fetch: (url, init) => fetch(url, init) });
createServiceClient({ baseUrl: 'http://a', audience, credentials, allowHttp });

// @ts-expect-error a client proves itself
createServiceClient({ baseUrl, audience });
// @ts-expect-error this proves the server only
createServiceClient({ baseUrl, audience, tls: serverTls({ ca: 'pem' }) });
// @ts-expect-error tokens are for one audience
createServiceClient({ baseUrl, credentials });
// @ts-expect-error where to
createServiceClient({ audience, credentials });
// @ts-expect-error fetch would bypass tls
createServiceClient({ baseUrl, audience, credentials, tls, fetch });
// @ts-expect-error plain http takes a waiver
createServiceClient({ baseUrl, audience, credentials, allowHttp: true });
// @ts-expect-error a token is not a source
createServiceClient({ baseUrl, audience, credentials: 'token' });
// @ts-expect-error settings of TLS are made by mtls or serverTls
createServiceClient({ baseUrl, audience, credentials, tls: { rejectUnauthorized: false } });
// @ts-expect-error misspelt
createServiceClient({ baseUrl, audience, credentials, timeout: 5 });

declare const onBehalfOf: OnBehalfOfSource;
createServiceClient({ baseUrl, audience, credentials, onBehalfOf, tls });
createServiceClient({ baseUrl, audience, onBehalfOf });
createServiceClient({ baseUrl, audience, onBehalfOf, tls: serverTls({ ca: 'pem' }), retry: false });
createServiceClient({ baseUrl, audience, tls, retry: { maximumAttempts: 3, answers: true } });
createServiceClient({ baseUrl, audience, onBehalfOf, fetch: (url, init) => fetch(url, init) });
// @ts-expect-error a source of our own is none for subjects
createServiceClient({ baseUrl, audience, onBehalfOf: credentials });
// @ts-expect-error a source for subjects is none of our own
createServiceClient({ baseUrl, audience, credentials: onBehalfOf });
// @ts-expect-error fetch would bypass tls
createServiceClient({ baseUrl, audience, onBehalfOf, tls, fetch });
// @ts-expect-error says how
createServiceClient({ baseUrl, audience, credentials, retry: true });
// @ts-expect-error which answers are repeated is fixed
createServiceClient({ baseUrl, audience, credentials, retry: { answers: [503] } });

declare const caller: Caller;
declare const maybeCaller: Caller | undefined;
void inventory.fetch('/stock', { onBehalfOf: caller, idempotent: true });
// @ts-expect-error undefined is not "as this service"
void inventory.fetch('/stock', { onBehalfOf: maybeCaller });
// @ts-expect-error a token is never passed on
void inventory.fetch('/stock', { onBehalfOf: 'token' });
// @ts-expect-error the proof comes from the source
void inventory.fetch('/stock', { headers: { DPoP: 'x' } });
void inventory.dispatcher();
void inventory.dispatcher({ onBehalfOf: caller });
// @ts-expect-error undefined is not "as this service"
void inventory.dispatcher({ onBehalfOf: maybeCaller });

const response: Promise<Response> = inventory.fetch('/stock/42');
void inventory.fetch('/stock', { method: 'POST', headers: { 'content-type': 'text/plain' }, body: 'x' });
void inventory.fetch('/stock', { headers: new Headers(), body: new URLSearchParams(), signal: AbortSignal.timeout(1) });
void inventory.fetch('/stock', { headers: [['x-a', 'b']], body: null });
// @ts-expect-error the credential comes from the source
void inventory.fetch('/stock', { headers: { authorization: 'Bearer x' } });
// @ts-expect-error the credential comes from the source
void inventory.fetch('/stock', { headers: { Authorization: 'Bearer x' } });
// @ts-expect-error the host is that of baseUrl
void inventory.fetch('/stock', { headers: { host: 'evil.example' } });
// @ts-expect-error redirects are never followed
void inventory.fetch('/stock', { redirect: 'follow' });
// @ts-expect-error a path, not a URL object
void inventory.fetch(new URL(baseUrl));
// @ts-expect-error undici does not know this form
void inventory.fetch('/stock', { method: 'POST', body: new FormData() });
// @ts-expect-error an object is no body
void inventory.fetch('/stock', { method: 'POST', body: { a: 1 } });

// @ts-expect-error a secret is a Secret
secretOf({ clientId: 'orders', clientSecret: 's' });
// @ts-expect-error a method we do not know
secretOf({ clientId: 'orders', clientSecret, method: 'none' });
declare const ownIdentity: IdentitySource;
// A certificate of ours proves us by itself, by host name too.
createServiceClient({ baseUrl, audience, tls: serverTls({ identity: ownIdentity }) });
// @ts-expect-error it is not shown here
createServiceClient({ baseUrl, audience, tls: serverTls({ ca: 'pem' }) });
declare const keys: SigningKeys;
privateKeyJwt({ clientId: 'orders', keys });
// @ts-expect-error a key of its own, or keys that rotate
privateKeyJwt({ clientId: 'orders', keys, key, algorithm: 'ES256' });
// @ts-expect-error a key without its algorithm
privateKeyJwt({ clientId: 'orders', key });
clientCredentials({
  issuer,
  clientAuthentication,
  dpop: dpopProver(),
  tls: serverTls({ identity: ownIdentity }),
  certificateBound: true,
});
// @ts-expect-error a prover, not a key
clientCredentials({ issuer, clientAuthentication, dpop: key });
// @ts-expect-error a client that proves nothing
clientCredentials({ issuer });
// @ts-expect-error a secret is not passed as it is
clientCredentials({ issuer, clientId: 'orders', clientSecret });
// @ts-expect-error a method has no name here
clientCredentials({ issuer, clientAuthentication: 'client_secret_basic' });
// @ts-expect-error a key is a Secret
mtls({ key: 'k', certificate: 'pem', server: 'spiffe://prod.example/a', trustBundle });
// @ts-expect-error a server is named
mtls({ key, certificate: 'pem', trustBundle });
// @ts-expect-error a bundle is made by trustBundle
mtls({ key, certificate: 'pem', server: 'spiffe://prod.example/a', trustBundle: 'pem' });

declare const identity: X509Identity;
declare const identities: IdentitySource;
declare const bundles: TrustBundleSet;
declare const unwatched: TrustBundleSource;
const server = 'spiffe://prod.example/a';
mtls({ identity, server, trustBundle });
mtls({ identity: identities, server, trustBundle: bundles });
mtls({ key, certificate: 'pem', server, trustBundle: bundles });
// @ts-expect-error one of both
mtls({ identity, key, certificate: 'pem', server, trustBundle });
// @ts-expect-error something is shown
mtls({ server, trustBundle });
// @ts-expect-error a server is named
mtls({ identity, trustBundle });
// @ts-expect-error a source without word of changes would be followed too late
mtls({ identity, server, trustBundle: unwatched });

const certificates = grpcCertificates({ identity: identities, server, trustBundle: bundles });
experimental.createCertificateProviderChannelCredentials(certificates, certificates, certificates.verifyOptions);
const stock = rotatingGrpcClient({
  identity: identities,
  server,
  trustBundle: bundles,
  open: (own) =>
    new Client('a:1', experimental.createCertificateProviderChannelCredentials(own, own, own.verifyOptions)),
});
export const channel: Client = stock.current();
// @ts-expect-error a client is made
rotatingGrpcClient({ identity, server, trustBundle });
// @ts-expect-error a client can be closed
rotatingGrpcClient({ identity, server, trustBundle, open: () => ({}) });

export const vault: CredentialSource = {
  bind: () => ({ credential: async () => ({ scheme: 'Bearer', token: new Secret('t') }) }),
};
// @ts-expect-error a token is a Secret
export const careless: CredentialSource = { bind: () => ({ credential: () => ({ scheme: 'Bearer', token: 't' }) }) };

const error = new ServiceCallError('TIMED_OUT');
export const code: CallFaultCode = error.code;
// @ts-expect-error not in the table
export const unknownCode: CallFaultCode = 'WHATEVER';
export const answer: Promise<number> = response.then(({ status }) => status);
