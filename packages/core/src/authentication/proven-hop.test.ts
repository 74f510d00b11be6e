import { describe, expect, test } from 'vitest';
import { hour, root, startOfTest, svid } from '../certificate/certificate.test-kit.ts';
import type { RequestFacts } from '../credential/request-facts.ts';
import type { ForwardedCertificateOptions } from './forwarded-certificate-options.ts';
import {
  authority,
  bundle,
  byName,
  element,
  gateway,
  header,
  idOf,
  known,
  loopback,
  orders,
  peerOf,
  proxy,
  serviceWith,
  waiver,
} from './forwarding.test-kit.ts';

describe('the proxy is proven', () => {
  const lines = { [header]: element(orders) };
  test.each<readonly [string, ForwardedCertificateOptions['from'], Partial<RequestFacts>, string]>([
    ['by its certificate', { caller: idOf(proxy) }, { peerCertificate: peerOf(proxy) }, byName],
    [
      'by one of two certificates',
      { caller: [idOf(gateway), idOf(proxy)] },
      { peerCertificate: peerOf(proxy) },
      byName,
    ],
    ['not by that of another', { caller: idOf(proxy) }, { peerCertificate: peerOf(gateway) }, 'refused'],
    [
      'not by one that TLS refused',
      { caller: idOf(proxy) },
      { peerCertificate: { ...peerOf(proxy), tlsAuthorized: false } },
      'refused',
    ],
    [
      'not by one of a foreign authority',
      { caller: idOf(proxy) },
      { peerCertificate: peerOf(svid(root({ name: 'x' }), { uris: [idOf(proxy)] })) },
      'refused',
    ],
    [
      'not by one that ended',
      { caller: idOf(proxy) },
      { peerCertificate: peerOf(svid(authority, { uris: [idOf(proxy)], notAfter: startOfTest - hour })) },
      'refused',
    ],
    ['not without one', { caller: idOf(proxy) }, loopback, 'refused'],
    ['by a Unix socket', { unixSocket: true }, { isUnixSocket: true }, byName],
    ['not by a socket without an address', { unixSocket: true }, {}, 'refused'],
    ['by the loopback interface', { loopback: true }, loopback, byName],
    ['by its other addresses', { loopback: true }, { peerAddress: '127.0.0.6' }, byName],
    ['by loopback in IPv6', { loopback: true }, { peerAddress: '::1' }, byName],
    ['by loopback in both at once', { loopback: true }, { peerAddress: '::ffff:127.0.0.1' }, byName],
    ['by the address of the pod itself', { loopback: true }, { peerAddress: '10.0.0.1', isSameHost: true }, byName],
    ['not by another address', { loopback: true }, { peerAddress: '10.0.0.1' }, 'refused'],
    ['not by another address in both at once', { loopback: true }, { peerAddress: '::ffff:10.0.0.1' }, 'refused'],
    ['not by no address', { loopback: true }, {}, 'refused'],
    ['not by text that is no address', { loopback: true }, { peerAddress: '127.0.0.1.evil.test' }, 'refused'],
    [
      'by an address, as hearsay',
      { cidr: ['10.1.0.0/16'], waiver },
      { peerAddress: '10.1.2.3' },
      `${idOf(orders)} low`,
    ],
    [
      'by an address in both at once',
      { cidr: ['10.1.0.0/16'], waiver },
      { peerAddress: '::ffff:10.1.2.3' },
      `${idOf(orders)} low`,
    ],
    ['by an address in IPv6', { cidr: ['fe80::/10'], waiver }, { peerAddress: 'fe80::1%eth0' }, `${idOf(orders)} low`],
    ['not by the address beside it', { cidr: ['10.1.0.0/16'], waiver }, { peerAddress: '10.2.2.3' }, 'refused'],
  ])('%s', async (_case, from, facts, expected) => {
    const { judge, notices } = serviceWith({ format: 'xfcc', from });
    expect(await judge(lines, facts)).toBe(expected === 'refused' ? 'FORWARDED_IDENTITY_UNTRUSTED' : expected);
    const spoofed = notices.flatMap(({ code }) => (code === 'FORWARDED_IDENTITY_SPOOFED' ? code : []));
    expect(spoofed).toEqual(expected === 'refused' ? ['FORWARDED_IDENTITY_SPOOFED'] : []);
    // X-Forwarded-For says nothing about it.
    const forged = { ...lines, 'x-forwarded-for': '127.0.0.1, 10.1.2.3', forwarded: 'for=127.0.0.1' };
    expect(await judge(forged, facts)).toBe(expected === 'refused' ? 'FORWARDED_IDENTITY_UNTRUSTED' : expected);
  });

  test('by an address no longer than its waiver', async () => {
    const { judge, clock } = serviceWith({ format: 'xfcc', from: { cidr: ['10.0.0.0/8'], waiver } });
    expect(await judge(lines, { peerAddress: '10.1.1.1' })).toBe(`${idOf(orders)} low`);
    clock.at = Date.parse('2026-12-01T00:00:00Z');
    expect(await judge(lines, { peerAddress: '10.1.1.1' })).toBe('FORWARDED_IDENTITY_UNTRUSTED');
  });

  test('or nobody can tell, which is 503 and no spoof', async () => {
    const find = (): never => {
      throw new Error('down');
    };
    const { judge, notices } = serviceWith({ format: 'xfcc', from: { caller: idOf(proxy) } }, { find });
    expect(await judge(lines, { peerCertificate: peerOf(proxy) })).toBe('TRUST_BUNDLE_UNAVAILABLE');
    expect(notices).toEqual([]);
  });
});

describe('while nobody can tell what is revoked', () => {
  const revocation = { revokedUntil: () => Promise.reject(new Error('no connection')) };
  const { caller } = serviceWith(
    { format: 'xfcc', from: { caller: idOf(proxy) } },
    { find: () => bundle },
    { revocation },
  );

  test('the proxy is not proven, whatever the route permits', async () => {
    const outcome = await caller({ [header]: element(orders) }, { peerCertificate: peerOf(proxy) });
    expect(outcome).toMatchObject({ ok: false, reason: 'REVOCATION_STORE_UNAVAILABLE' });
  });

  test('callers of their own are left to what the route permits', async () => {
    const outcome = await caller({}, { peerCertificate: peerOf(orders) });
    expect(outcome).toMatchObject({ value: { id: idOf(orders), evidence: [{ revocation: 'unchecked' }] } });
    const stranger = await caller({ [header]: element(orders) }, { peerCertificate: peerOf(gateway) });
    expect(stranger).toMatchObject({ ok: false, reason: 'FORWARDED_IDENTITY_UNTRUSTED' });
  });
});

describe('strangers', () => {
  test('are told of at once, then every ten seconds, with their number', async () => {
    const { judge, clock, notices } = serviceWith({ format: 'xfcc', from: { unixSocket: true } });
    for (let at = 0; at < 50; at += 1) await judge({ 'l5d-client-id': 'x' });
    expect(notices).toHaveLength(1);
    clock.at += 10_000;
    await judge({ x_forwarded_client_cert: 'x' });
    expect(notices.at(-1)?.facts).toEqual({ header: 'x_forwarded_client_cert', spoofedSinceStart: 51 });
  });

  test('with a good certificate are named', async () => {
    const { caller } = serviceWith({ format: 'xfcc', from: { caller: idOf(proxy) } });
    const lines = { [header]: element(orders) };
    const detail = { check: header, expected: 'a proxy that is proven' };
    const known = await caller(lines, { peerCertificate: peerOf(gateway) });
    expect(known).toMatchObject({
      reason: 'FORWARDED_IDENTITY_UNTRUSTED',
      detail: { ...detail, actual: idOf(gateway) },
    });
    const foreign = svid(root({ name: 'x' }), { uris: [idOf(gateway)] });
    for (const more of [{ peerCertificate: peerOf(foreign) }, loopback]) {
      const unknown = await caller(lines, more);
      expect(unknown.ok ? undefined : unknown.detail).toEqual(detail);
    }
  });

  test('without such headers are callers by their own certificate', async () => {
    const { judge } = serviceWith({ format: 'xfcc', from: { caller: idOf(proxy) } });
    expect(await judge({}, { peerCertificate: peerOf(orders) })).toBe(known);
    expect(await judge({})).toBe('nobody');
  });
});
