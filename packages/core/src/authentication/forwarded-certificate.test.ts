import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { hour, root, startOfTest, svid, type Issued } from '../certificate/certificate.test-kit.ts';
import { trustBundle } from '../certificate/trust-bundle.ts';
import type { ForwardedCertificateOptions } from './forwarded-certificate-options.ts';
import {
  authority,
  bundle,
  byName,
  element,
  gateway,
  hashOf,
  header,
  idOf,
  known,
  loopback,
  orders,
  peerOf,
  pemOf,
  proxy,
  service,
  serviceWith,
} from './forwarding.test-kit.ts';

describe('behind the proxy', () => {
  const from = { caller: idOf(proxy) } as const;
  const through = { peerCertificate: peerOf(proxy) };

  test.each<ForwardedCertificateOptions>([
    { format: 'xfcc', from },
    { format: 'client-cert', from },
    { format: 'nginx', from },
    { format: 'haproxy', from },
    { format: 'caddy', from },
    { format: 'traefik', from },
    { format: 'l5d-client-id', from, cluster: 'prod' },
    { format: 'aws-alb', from },
    { format: 'aws-alb-passthrough', from },
  ])('a request without a header is nobody, and never the proxy: $format', async (options) => {
    expect(await serviceWith(options).judge({}, through)).toBe('nobody');
  });

  const der = (one: Issued) => one.raw.toString('base64');
  const nginx = (verify: string, certificate = pemOf(orders)) => ({
    'x-ssl-client-cert': certificate,
    'x-ssl-client-verify': verify,
  });
  const haproxy = (verify: string, certificate = der(orders)) => ({
    'x-ssl-client-der': certificate,
    'x-ssl-client-verify': verify,
  });
  test.each<
    readonly [string, 'nginx' | 'haproxy' | 'caddy' | 'client-cert', Record<string, string | readonly string[]>, string]
  >([
    ['a good one', 'nginx', nginx('SUCCESS'), known],
    ['none', 'nginx', { 'x-ssl-client-verify': 'NONE' }, 'nobody'],
    ['none, written out', 'nginx', nginx('NONE', ''), 'nobody'],
    ['one that nginx refused', 'nginx', nginx('FAILED:certificate has expired'), 'CERTIFICATE_UNTRUSTED'],
    ['one that nginx did not look at', 'nginx', nginx('NONE'), 'CERTIFICATE_UNTRUSTED'],
    ['one without the word of nginx', 'nginx', { 'x-ssl-client-cert': pemOf(orders) }, 'FORWARDED_IDENTITY_MALFORMED'],
    ['the word of nginx without one', 'nginx', { 'x-ssl-client-verify': 'SUCCESS' }, 'FORWARDED_IDENTITY_MALFORMED'],
    ['two in one header', 'nginx', nginx('SUCCESS', pemOf(orders) + pemOf(gateway)), 'FORWARDED_IDENTITY_MALFORMED'],
    ['the headers of HAProxy', 'nginx', haproxy('SUCCESS'), 'FORWARDED_IDENTITY_MALFORMED'],
    ['a good one', 'haproxy', haproxy('0'), known],
    ['none', 'haproxy', haproxy('0', ''), 'nobody'],
    ['one that HAProxy refused', 'haproxy', haproxy('10'), 'CERTIFICATE_UNTRUSTED'],
    ['one without the word of HAProxy', 'haproxy', { 'x-ssl-client-der': der(orders) }, 'FORWARDED_IDENTITY_MALFORMED'],
    ['none, though HAProxy refused one', 'haproxy', haproxy('10', ''), 'CERTIFICATE_UNTRUSTED'],
    ['a good one', 'caddy', { 'x-client-cert-der': der(orders) }, known],
    ['an empty placeholder', 'caddy', { 'x-client-cert-der': '' }, 'nobody'],
    [
      'a placeholder that was not replaced',
      'caddy',
      { 'x-client-cert-der': '{http.request.tls.client}' },
      'FORWARDED_IDENTITY_MALFORMED',
    ],
    ['two lines', 'caddy', { 'x-client-cert-der': [der(orders), der(orders)] }, 'FORWARDED_IDENTITY_MALFORMED'],
    ['a good one', 'client-cert', { 'client-cert': `:${der(orders)}:` }, known],
    [
      'a chain in two lines',
      'client-cert',
      { 'client-cert': `:${der(orders)}:`, 'client-cert-chain': [`:${der(authority)}:`, `:${der(authority)}:`] },
      known,
    ],
    ['a chain alone', 'client-cert', { 'client-cert-chain': `:${der(orders)}:` }, 'FORWARDED_IDENTITY_MALFORMED'],
    ['an empty header', 'client-cert', { 'client-cert': '' }, 'FORWARDED_IDENTITY_MALFORMED'],
  ])('%s, by %s', async (_case, format, headers, expected) => {
    expect(await serviceWith({ format, from }).judge(headers, through)).toBe(expected);
  });

  test('headers may have the names that the operator gave them, and then no others', async () => {
    const headers = { certificate: 'SSL-Client-Cert', verify: 'SSL-Client-Verify' };
    const { judge } = serviceWith({ format: 'nginx', from, headers });
    expect(await judge({ 'ssl-client-cert': pemOf(orders), 'ssl-client-verify': 'SUCCESS' }, through)).toBe(known);
    expect(await judge(nginx('SUCCESS'), through)).toBe('FORWARDED_IDENTITY_MALFORMED');
    expect(await judge({ ssl_client_cert: pemOf(orders) }, through)).toBe('FORWARDED_IDENTITY_MALFORMED');
    expect(await judge({ 'ssl-client-cert': pemOf(orders) })).toBe('FORWARDED_IDENTITY_UNTRUSTED');
  });

  test('a certificate that comes again is the same caller, while bundle and clock permit it', async () => {
    let found = bundle;
    const { judge, caller, clock } = serviceWith({ format: 'caddy', from: { loopback: true } }, { find: () => found });
    const headers = { 'x-client-cert-der': der(orders) };
    const callers = [await caller(headers, loopback), await caller(headers, loopback)];
    expect(callers[0]?.ok && callers[0].value?.id).toBe(idOf(orders));
    expect(callers[1]).toBe(callers[0]);
    found = trustBundle({ trustDomain: 'prod.test', pem: root({ name: 'renewed' }).pem });
    expect(await judge(headers, loopback)).toBe('CERTIFICATE_UNTRUSTED');
    found = bundle;
    clock.at = startOfTest + hour + 1000;
    expect(await judge(headers, loopback)).toBe('CERTIFICATE_EXPIRED');
  });

  test('a certificate that nobody vouches for moves no caller out of the memory', async () => {
    const { caller, judge } = serviceWith({ format: 'traefik', from: { loopback: true } });
    const headers = { 'x-forwarded-tls-client-cert': der(orders) };
    const first = await caller(headers, loopback);
    const foreign = der(svid(root({ name: 'foreign' }), { uris: [idOf(orders)] }));
    for (let at = 0; at < 600; at += 1) {
      const info = { 'x-forwarded-tls-client-cert-info': `${at}`, 'x-forwarded-tls-client-cert': foreign };
      expect(await judge(info, loopback)).toBe('CERTIFICATE_UNTRUSTED');
    }
    expect(await caller(headers, loopback)).toBe(first);
  });

  test('a Linkerd name is an account of the cluster, or an id of a trust domain we know', async () => {
    const { judge } = serviceWith({ format: 'l5d-client-id', from: { loopback: true }, cluster: 'prod' });
    const ask = (value: string) => judge({ 'l5d-client-id': value }, loopback);
    expect(await ask('orders.shop.serviceaccount.identity.linkerd.cluster.local')).toBe('k8s:prod/shop/orders medium');
    expect(await ask(idOf(orders))).toBe(byName);
    expect(await ask('orders.shop.serviceaccount.identity.linkerd.evil.test')).toBe('CERTIFICATE_UNTRUSTED');
    expect(await ask('spiffe://evil.test/orders')).toBe('CERTIFICATE_UNTRUSTED');
    expect(await ask('orders')).toBe('FORWARDED_IDENTITY_MALFORMED');
  });

  test('a name of a trust domain for which there is only the bundle of another is not known', async () => {
    const { judge } = serviceWith({ format: 'xfcc', from: { loopback: true } }, { find: () => bundle });
    const foreign = `By=${service};Hash=${hashOf(orders)};URI=spiffe://evil.test/orders`;
    expect(await judge({ [header]: foreign }, loopback)).toBe('CERTIFICATE_UNTRUSTED');
    expect(await judge({ [header]: element(orders) }, loopback)).toBe(byName);
  });

  test.each<readonly [string, () => unknown]>([
    [
      'throws',
      () => {
        throw new Error('down');
      },
    ],
    ['rejects', () => Promise.reject(new Error('down'))],
    ['answers half a bundle', () => ({ trustDomain: 'prod.test' })],
    ['is silent', () => new Promise(() => {})],
  ])('a name is not believed when the source of bundles %s, and nobody is told that it is bad', async (_name, find) => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const { judge } = serviceWith({ format: 'xfcc', from: { loopback: true } }, { find: find as never });
    const judged = judge({ [header]: element(orders) }, loopback);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(await judged).toBe('TRUST_BUNDLE_UNAVAILABLE');
  });

  test.each([
    ['at once', (until: number | undefined) => until],
    ['late', (until: number | undefined) => Promise.resolve(until)],
  ])(
    'a name that is revoked stands no longer on an open connection, by a store that answers %s',
    async (_case, answer) => {
      let until: number | undefined;
      const revokedUntil = vi.fn<() => number | undefined | Promise<number | undefined>>(() => answer(until));
      const { caller, authentication } = serviceWith({ format: 'xfcc', from: { loopback: true } }, undefined, {
        revocation: { revokedUntil },
      });
      const outcome = await caller({ [header]: element(orders) }, loopback);
      if (!outcome.ok || outcome.value === undefined) throw new Error('the caller of the test is broken');
      const { value } = outcome;
      expect(authentication.recheck(value).ok).toBe(true);
      until = Infinity;
      await expect.poll(() => authentication.recheck(value)).toMatchObject({ reason: 'CERTIFICATE_REVOKED' });
      // One question at a time, however many messages there are.
      const { length } = revokedUntil.mock.calls;
      if (answer(0) === 0) return;
      for (let message = 0; message < 20; message += 1) authentication.recheck(value);
      expect(revokedUntil.mock.calls.length - length).toBeLessThan(2);
    },
  );

  test('a name stands for an hour, a certificate as long as it is valid', async () => {
    const { caller } = serviceWith({ format: 'xfcc', from: { loopback: true } });
    const expiry = async (value: string) => {
      const outcome = await caller({ [header]: value }, loopback);
      return outcome.ok && outcome.value?.expiresAt;
    };
    expect(await expiry(element(orders))).toBe(startOfTest + 3_600_000);
    const short = svid(authority, { name: 'orders', uris: [idOf(orders)], notAfter: startOfTest + 5000 });
    expect(await expiry(`${element(short)};Cert="${pemOf(short)}"`)).toBe(startOfTest + 5000);
  });
});
