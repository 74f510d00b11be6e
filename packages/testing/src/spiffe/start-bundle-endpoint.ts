/**
 * A SPIFFE bundle endpoint (SPIFFE Federation §5) on a loopback port, over TLS, whose answers a test decides. With the
 * profile `https_web` its certificate names `localhost`; with `https_spiffe` it is an X.509-SVID of a given id.
 */
import type { RequestListener, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import { FaultCollector, type Fetch } from '@countersign/core';
import { listenOnLoopback } from '../listen-on-loopback.ts';
import { assertNotInProduction } from '../not-in-production.ts';
import type { PemIdentity } from '../raw-request.ts';
import { createTestAuthority, type TestAuthority } from '../test-authority.ts';
import { trustingFetch } from '../trusting-fetch.ts';
import { bundleDocument, type SpiffeBundleDocument } from './bundle-document.ts';

/** Options of `startBundleEndpoint`. */
export interface BundleEndpointOptions {
  /** The authority whose bundle is published. Over `https_spiffe` it also issues the certificate of the server. */
  readonly authority: TestAuthority;
  /** What is published. Default: the authority, sequence 1. A text goes out to the letter. */
  readonly document?: SpiffeBundleDocument | string;
  /** Default `https_web`. */
  readonly profile?: 'https_web' | 'https_spiffe';
  /** The SPIFFE ID of the server over `https_spiffe`. Default: `/bundle-endpoint` of the trust domain. */
  readonly endpointSpiffeId?: string;
  /** Issues the certificate of the server over `https_web`. Default: one of its own. */
  readonly webAuthority?: TestAuthority;
}

/** A running endpoint. */
export interface TestBundleEndpoint {
  /** `https://localhost:<port>/bundle.json`. */
  readonly url: string;
  /** The SPIFFE ID of the server; undefined over `https_web`. */
  readonly endpointSpiffeId: string | undefined;
  /** PEM of the authority that its certificate leads to. */
  readonly caPem: string;
  /** A `fetch` that trusts this authority and compares the name of the host: for `https_web`. */
  readonly fetch: Fetch;
  /** How many requests came, whatever became of them. */
  readonly requests: number;
  /** Settles at the next request, before it is answered. */
  nextRequest(): Promise<void>;
  /** From now on this is published. */
  setDocument(document: SpiffeBundleDocument | string): void;
  /** From now on connections end without an answer. */
  down(): void;
  /** From now on the answer is this status, without a document. */
  fail(status: number): void;
  /** From now on nothing comes: no answer at all, or no more than the beginning of the document. */
  hang(after: 'request' | 'beginning'): void;
  /** From now on requests are sent elsewhere. */
  redirect(location: string, status?: 301 | 302 | 303 | 307 | 308): void;
  /** From now on the document is said to be of this type. */
  setContentType(type: string): void;
  /** From now on the document is filled up with blanks to at least this many bytes. */
  oversize(bytes: number): void;
  /** Ends all this: the document is published. */
  recover(): void;
  close(): Promise<void>;
}

const path = '/bundle.json';
const jsonType = 'application/json';

/** How the document of now is answered. */
type Answer = (response: ServerResponse, body: string) => void;

function check(options: BundleEndpointOptions): void {
  const faults = new FaultCollector('startBundleEndpoint');
  faults.onlyKnown(options ?? {}, ['authority', 'document', 'profile', 'endpointSpiffeId', 'webAuthority']);
  if (typeof options?.authority?.bundlePem !== 'string') {
    faults.add(
      'CONFIG_MISSING',
      'authority',
      'is no test authority',
      'pass await createTestAuthority({ trustDomain })',
    );
  }
  const { profile = 'https_web', endpointSpiffeId, webAuthority } = options ?? {};
  if (profile !== 'https_web' && profile !== 'https_spiffe') {
    faults.add('CONFIG_INVALID', 'profile', 'is not understood', "write 'https_web' or 'https_spiffe'");
  }
  if (profile === 'https_web' && endpointSpiffeId !== undefined) {
    faults.add(
      'CONFIG_CONFLICT',
      'endpointSpiffeId',
      'is for https_spiffe',
      "write profile: 'https_spiffe', or remove it",
    );
  }
  if (profile === 'https_spiffe' && webAuthority !== undefined) {
    faults.add(
      'CONFIG_CONFLICT',
      'webAuthority',
      'is for https_web',
      'remove it: the authority issues the certificate',
    );
  }
  faults.throwIfAny();
}

interface ServerIdentity {
  readonly endpointSpiffeId: string | undefined;
  readonly caPem: string;
  readonly identity: PemIdentity;
}

/** Who the server is. Over `https_spiffe` its certificate names no host, so that none but the id can be compared. */
async function identify(options: BundleEndpointOptions): Promise<ServerIdentity> {
  const { authority, profile } = options;
  if (profile === 'https_spiffe') {
    const { endpointSpiffeId = `spiffe://${authority.trustDomain}/bundle-endpoint` } = options;
    return { endpointSpiffeId, caPem: authority.bundlePem, identity: await authority.issue({ id: endpointSpiffeId }) };
  }
  const web = options.webAuthority ?? (await createTestAuthority({ trustDomain: 'web.test' }));
  const identity = await web.issue({ dnsNames: ['localhost'], ipAddresses: ['127.0.0.1'] });
  return { endpointSpiffeId: undefined, caPem: web.bundlePem, identity };
}

/**
 * Starts it.
 * @throws {ConfigurationError} under `NODE_ENV=production`, and for its options.
 */
export async function startBundleEndpoint(options: BundleEndpointOptions): Promise<TestBundleEndpoint> {
  assertNotInProduction('startBundleEndpoint');
  check(options);
  const { endpointSpiffeId, caPem, identity } = await identify(options);
  let document = options.document ?? bundleDocument({ bundlePem: options.authority.bundlePem, sequence: 1 });
  let requests = 0;
  const waiting: (() => void)[] = [];
  const publish =
    (type: string): Answer =>
    (response, body) => {
      response.writeHead(200, { 'content-type': type }).end(body);
    };
  let answer: Answer = publish(jsonType);
  const listener: RequestListener = (request, response) => {
    requests += 1;
    for (const tell of waiting.splice(0)) tell();
    const body = typeof document === 'string' ? document : JSON.stringify(document);
    if (request.url === path && request.method === 'GET') answer(response, body);
    else response.writeHead(404).end();
  };
  const server = createServer({ key: identity.keyPem, cert: identity.certificatePem }, listener);
  const { port, close } = await listenOnLoopback(server);
  return {
    url: `https://localhost:${port}${path}`,
    endpointSpiffeId,
    caPem,
    fetch: trustingFetch({ ca: caPem }),
    get requests() {
      return requests;
    },
    nextRequest: () =>
      new Promise((resolve) => {
        waiting.push(resolve);
      }),
    setDocument: (next) => {
      document = next;
    },
    down: () => {
      answer = ({ socket }) => void socket?.destroy();
    },
    fail: (status) => {
      answer = (response) => void response.writeHead(status).end();
    },
    hang: (after) => {
      answer = (response, body) => {
        if (after === 'beginning') response.writeHead(200, { 'content-type': jsonType }).write(body.slice(0, 1));
      };
    },
    redirect: (location, status = 302) => {
      answer = (response) => void response.writeHead(status, { location }).end();
    },
    setContentType: (type) => {
      answer = publish(type);
    },
    oversize: (bytes) => {
      answer = (response, body) => publish(jsonType)(response, body.padEnd(bytes));
    },
    recover: () => {
      answer = publish(jsonType);
    },
    close,
  };
}
