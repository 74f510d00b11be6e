/** The service behind the one that is tested, for tests of outgoing calls: https on loopback, and what it was sent. */
import type { IncomingHttpHeaders } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { createTestAuthority } from '@countersign/testing';
import { onTestFinished } from 'vitest';

/** A running service. */
export interface Downstream {
  readonly origin: string;
  /** The authority behind its certificate. */
  readonly bundlePem: string;
  readonly seen: { readonly url: string | undefined; readonly headers: IncomingHttpHeaders }[];
}

/** Serves `{ "ok": true }` until the test ends. */
export async function startDownstream(): Promise<Downstream> {
  const { issue, bundlePem } = await createTestAuthority({ trustDomain: 'prod.test' });
  const id = 'spiffe://prod.test/downstream';
  const { keyPem, certificatePem } = await issue({ id, dnsNames: ['localhost'] });
  const seen: Downstream['seen'] = [];
  const server = createServer({ key: keyPem, cert: certificatePem }, ({ url, headers }, response) => {
    seen.push({ url, headers });
    response.setHeader('content-type', 'application/json').end('{"ok":true}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return { origin: `https://localhost:${(server.address() as AddressInfo).port}`, bundlePem, seen };
}
