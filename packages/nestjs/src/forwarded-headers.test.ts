/** Headers of a proxy are out of sight of handlers, on every server that the application has. */
import 'reflect-metadata';
import dns from 'node:dns';
import { request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Controller, Get, Headers } from '@nestjs/common';
import { createTestAuthority } from '@countersign/testing';
import { expect, onTestFinished, test, vi } from 'vitest';
import {
  clientCertificate,
  createServiceAuth,
  forwardedCertificate,
  memorySink,
  Public,
  ServiceAuthModule,
} from './index.ts';
import { create } from './nestjs.test-kit.ts';

@Controller()
class Health {
  @Get('health')
  @Public('liveness probe')
  health(@Headers() headers: object): string {
    return 'client-cert' in headers ? 'seen' : 'hidden';
  }
}

/** The second is there on Linux alone. */
const addresses = ['127.0.0.1', '127.0.0.2'] as const;

/** `localhost` where it has two addresses: whoever asks for one of them gets the first. */
function twoAddresses(host: string, ...given: readonly [unknown, unknown?]): void {
  const done = given.at(-1) as (...found: unknown[]) => void;
  const { all } = given[0] as { readonly all?: boolean };
  const found = (host === 'localhost' ? addresses : [host]).map((address) => ({ address, family: 4 }));
  if (all === true) done(null, found);
  else done(null, found[0]?.address, 4);
}

test.runIf(process.platform === 'linux')(
  'with Fastify on a name with two addresses, which are two servers',
  async () => {
    const { bundle: trustBundle } = await createTestAuthority({ trustDomain: 'prod.test' });
    const forwarded = forwardedCertificate({ format: 'client-cert', from: { loopback: true } });
    const auth = createServiceAuth({
      service: 'spiffe://prod.test/inventory',
      audience: 'https://inventory.test',
      accept: [clientCertificate({ trustBundle, forwarded })],
      audit: memorySink(),
    });
    const app = await create('fastify', { imports: [ServiceAuthModule.forRoot({ auth })], controllers: [Health] });
    const lookup = vi.spyOn(dns, 'lookup').mockImplementation(twoAddresses as never);
    onTestFinished(() => lookup.mockRestore());
    await app.listen(0, 'localhost');
    const { port } = app.getHttpServer().address() as AddressInfo;
    const ask = (host: string): Promise<string> =>
      new Promise((resolve, reject) => {
        const headers = { 'Client-Cert': ':AQID:' };
        httpRequest({ host, port, path: '/health', headers, agent: false }, (response) => {
          response.setEncoding('utf8').on('data', resolve);
        })
          .on('error', reject)
          .end();
      });
    expect(await Promise.all(addresses.map(ask))).toEqual(['hidden', 'hidden']);
  },
);
