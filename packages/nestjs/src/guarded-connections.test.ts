import 'reflect-metadata';
import { once } from 'node:events';
import { Agent, request } from 'node:https';
import { Controller, Get, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { expect, onTestFinished, test } from 'vitest';
import { svid } from '../../core/src/certificate/certificate.test-kit.ts';
import { changingBundles, changingIdentity, identityOf } from '../../core/src/node/guarded-server.test-kit.ts';
import { authority, bundle, orders, server, showing, validNow } from '../../core/src/node/tls.test-kit.ts';
import {
  Allow,
  clientCertificate,
  ConfigurationError,
  createServiceAuth,
  createTlsOptions,
  memorySink,
  ServiceAuthModule,
  type TlsOptions,
} from './index.ts';
import { platforms, serve, type Platform } from './nestjs.test-kit.ts';

@Controller()
class Stock {
  @Get('stock')
  @Allow({ caller: 'spiffe://prod.test/orders' })
  find(): string {
    return 'ok';
  }
}

function world() {
  const identity = changingIdentity(identityOf(server));
  const bundles = changingBundles(bundle);
  const audit = memorySink();
  const auth = createServiceAuth({
    service: 'spiffe://prod.test/inventory',
    audience: 'https://inventory.test',
    accept: [clientCertificate({ trustBundle: bundles })],
    audit,
  });
  return {
    identity,
    audit,
    auth,
    tls: createTlsOptions({ identity, trustBundles: bundles, clientCertificate: 'required' }),
  };
}

async function create(platform: Platform, { auth, tls }: ReturnType<typeof world>, served: TlsOptions | undefined) {
  class AppModule {}
  Module({ imports: [ServiceAuthModule.forRoot({ auth, tls })], controllers: [Stock] })(AppModule);
  const quiet = { logger: false, abortOnError: false } as const;
  const app =
    platform === 'express'
      ? await NestFactory.create(AppModule, { ...quiet, ...(served !== undefined && { httpsOptions: served }) })
      : await NestFactory.create(
          AppModule,
          new FastifyAdapter(served === undefined ? {} : ({ https: served } as object)),
          quiet,
        );
  onTestFinished(() => app.close());
  return app;
}

/** What the server shows, and the status; undefined when it lets nobody in. */
async function visit(port: number, options: object): Promise<{ shown: string; status: number } | undefined> {
  const agent = new Agent({ ca: authority.pem, maxCachedSessions: 0, ...options });
  onTestFinished(() => agent.destroy());
  const sent = request({ agent, port, path: '/stock', host: '127.0.0.1', servername: 'localhost' });
  sent.end();
  const [answer] = (await once(sent, 'response').catch(() => [])) as [
    { statusCode: number; socket: { getPeerCertificate(): { fingerprint256: string } }; resume(): void }?,
  ];
  answer?.resume();
  return answer && { shown: answer.socket.getPeerCertificate().fingerprint256, status: answer.statusCode };
}

test.each(platforms)(
  'on %s, an application that is given its TLS settings follows them, and records refused handshakes',
  async (platform) => {
    const given = world();
    const port = await serve(await create(platform, given, given.tls));
    const caller = showing(orders());
    expect(await visit(port, caller)).toEqual({ shown: server.certificate.fingerprint256, status: 200 });
    const renewed = svid(authority, { dnsNames: ['localhost'], ...validNow });
    given.identity.change(identityOf(renewed));
    expect(await visit(port, caller)).toEqual({ shown: renewed.certificate.fingerprint256, status: 200 });
    expect(await visit(port, {})).toBeUndefined();
    while (given.audit.events.length < 3) await new Promise((resolve) => setImmediate(resolve));
    expect(given.audit.events[2]).toMatchObject({ 'event.reason': 'CREDENTIAL_MISSING', 'tls.established': false });
  },
);

test.each(platforms)(
  'on %s, an application does not start when it is given settings, and serves no TLS',
  async (platform) => {
    const boot = async (): Promise<unknown> => (await create(platform, world(), undefined)).init();
    await expect(boot()).rejects.toThrow(ConfigurationError);
  },
);

test.each(platforms)('on %s, an application is not made with a copy of the settings', async (platform) => {
  const { tls, ...given } = world();
  await expect(create(platform, { ...given, tls: { ...tls } }, tls)).rejects.toThrow(/tls: was not made by/);
});
