/** An https server on loopback that says what a test wants, and documents for it. */
import { X509Certificate } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { CertificateRequest, TestAuthority } from '@countersign/testing';

/** How an answer is given. */
export type Handle = (path: string, response: ServerResponse) => void;

export interface BundleServer {
  readonly origin: string;
  /** Paths that were asked for. */
  readonly asked: string[];
  handle: Handle;
  /** Answers with this JSON from now on. */
  serve(body: string): void;
  /** Shows another certificate from now on. */
  show(authority: TestAuthority, request: CertificateRequest): Promise<void>;
  close(): void;
}

export const saying =
  (body: string | Uint8Array, contentType = 'application/json'): Handle =>
  (_path, response) => {
    response.writeHead(200, { 'content-type': contentType }).end(body);
  };

export async function startBundleServer(authority: TestAuthority, request: CertificateRequest): Promise<BundleServer> {
  const identity = await authority.issue(request);
  const asked: string[] = [];
  const server = createServer({ key: identity.keyPem, cert: identity.certificatePem }, ({ url = '' }, response) => {
    asked.push(url);
    running.handle(url, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const running: BundleServer = {
    origin: `https://localhost:${(server.address() as AddressInfo).port}`,
    asked,
    handle: saying('{}'),
    serve: (body) => {
      running.handle = saying(body);
    },
    show: async (other, wanted) => {
      const { keyPem, certificatePem } = await other.issue(wanted);
      server.setSecureContext({ key: keyPem, cert: certificatePem });
    },
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
  return running;
}

/** A JWK of an authority, as a bundle has it. */
export function authorityKey({ bundlePem }: TestAuthority): object {
  const { publicKey, raw } = new X509Certificate(bundlePem);
  return { ...publicKey.export({ format: 'jwk' }), use: 'x509-svid', x5c: [raw.toString('base64')] };
}

export const documentOf = (authorities: readonly TestAuthority[], more: object = {}): string =>
  JSON.stringify({ keys: authorities.map(authorityKey), ...more });
