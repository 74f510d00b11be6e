import { createHash } from 'node:crypto';
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { hour, issue, startOfTest, svid } from '../certificate/certificate.test-kit.ts';
import { listOf } from '../certificate/revocation-list.test-kit.ts';
import type { TrustBundle } from '../certificate/trust-bundle.ts';
import { createMemoryRevocationStore } from '../store/memory-revocation-store.ts';
import type { Revocation, RevocationStore } from '../store/revocation-store.ts';
import { createCertificateJudge } from './certificate-judge.ts';
import { checkClientCertificateOptions } from './client-certificate-options.ts';
import { authority, bound, bundleOf, bundleWith, peerOf } from './client-certificate.test-kit.ts';

const id = 'spiffe://prod.test/orders';
const prod = bundleOf(authority);
const list = listOf({ issuer: authority });
const revokedBy = 'CERTIFICATE_REVOKED';

describe('with lists in the bundle', () => {
  test('a certificate is refused once a list names it, and its neighbour is not', async () => {
    const [leaf, neighbour] = [svid(authority), svid(authority)];
    let bundle: TrustBundle = bundleWith(list);
    const { judge, connect } = bound({ trustBundle: { find: () => bundle } });
    const [one, two] = [peerOf(leaf), peerOf(neighbour)];
    expect([await judge(one), await judge(two)]).toEqual([id, id]);
    const connection = await connect(one);
    expect(connection.recheck()).toBeUndefined();
    bundle = bundleWith(listOf({ issuer: authority, revoked: [leaf] }));
    expect(connection.recheck()).toBe(revokedBy);
    expect(await judge(one)).toBe('CERTIFICATE_REVOKED certificate.serialNumber');
    expect(await judge(two)).toBe(id);
  });

  test('an open connection is out of service when the list ends, and back with the next one', async () => {
    let bundle: TrustBundle = bundleWith(listOf({ issuer: authority, nextUpdate: startOfTest + 1000 }));
    const { clock, judge, connect, identify } = bound({ trustBundle: { find: () => bundle } });
    const peer = peerOf(svid(authority));
    expect(await judge(peer)).toBe(id);
    // The list bounds how long it is believed without a look, and not how long the caller is valid.
    expect(await identify(peer)).toMatchObject({ value: { expiresAt: startOfTest + hour } });
    const connection = await connect(peer);
    clock.at = startOfTest + 1001;
    expect(await judge(peer)).toBe('REVOCATION_LIST_UNAVAILABLE revocationList.nextUpdate');
    expect(connection.recheck()).toBe('REVOCATION_LIST_UNAVAILABLE');
    bundle = bundleWith(list);
    expect(await judge(peer)).toBe(id);
    expect(connection.recheck()).toBeUndefined();
  });

  test.each([
    ['CERT_REVOKED', 'CERTIFICATE_REVOKED tls'],
    ['CRL_HAS_EXPIRED', 'REVOCATION_LIST_UNAVAILABLE tls'],
    ['UNABLE_TO_GET_CRL', 'REVOCATION_LIST_UNAVAILABLE tls'],
    ['SELF_SIGNED_CERT_IN_CHAIN', 'CERTIFICATE_UNTRUSTED tls'],
  ])('what OpenSSL says of lists keeps its meaning: %s', async (tlsError, expected) => {
    const { judge } = bound({ trustBundle: prod });
    expect(await judge(peerOf(svid(authority), { tlsAuthorized: false, tlsError }))).toBe(expected);
  });
});

describe('an order of revocation', () => {
  const leaf = svid(authority);
  const spki = leaf.keys.publicKey.export({ type: 'spki', format: 'der' });
  const issuer = 'spiffe://prod.test';
  const sha256 = createHash('sha256').update(leaf.raw).digest('hex').toUpperCase();
  const serial = leaf.certificate.serialNumber;
  const key = createHash('sha256').update(spki).digest('base64url');
  const begins = startOfTest - hour;

  const saidOf = async (order: Omit<Revocation, 'issuer'> & { issuer?: string }): Promise<string> => {
    const store = createMemoryRevocationStore({ clock: { monotonic: () => 0 } });
    const { judge } = bound({ trustBundle: prod, revocation: store });
    const peer = peerOf(leaf);
    expect(await judge(peer)).toBe(id);
    store.revoke({ issuer, ...order }, 1000);
    return judge(peer);
  };

  test.each<[string, Omit<Revocation, 'issuer'>]>([
    ['the certificate', { kind: 'certificate', value: sha256 }],
    ['its serial number', { kind: 'serial', value: serial }],
    ['its workload', { kind: 'workload', value: id }],
    ['its key', { kind: 'key', value: key }],
    ['its trust domain', { kind: 'issuer' }],
    ['its workload, up to when it began', { kind: 'workload', value: id, issuedUntil: begins }],
  ])('for %s is obeyed at the next request', async (_title, order) => {
    expect(await saidOf(order)).toBe('CERTIFICATE_REVOKED revocation');
  });

  test.each<[string, Omit<Revocation, 'issuer'> & { issuer?: string }]>([
    ['another certificate', { kind: 'certificate', value: sha256.replace(/^./, (one) => (one === '0' ? '1' : '0')) }],
    ['another serial number', { kind: 'serial', value: `${serial}00` }],
    ['another workload', { kind: 'workload', value: `${id}2` }],
    ['another key', { kind: 'key', value: serial }],
    ['a subject of that name', { kind: 'subject', value: id }],
    ['the workload in another trust domain', { kind: 'workload', value: id, issuer: 'spiffe://dev.test' }],
    ['its workload, up to before it began', { kind: 'workload', value: id, issuedUntil: begins - 1 }],
  ])('for %s is about somebody else', async (_title, order) => {
    expect(await saidOf(order)).toBe(id);
  });

  test('reaches a connection that stays open, which is refused until its end', async () => {
    const store = createMemoryRevocationStore({ clock: { monotonic: () => 0 } });
    const { connect } = bound({ trustBundle: prod, revocation: store });
    const [connection, other] = [await connect(peerOf(leaf)), await connect(peerOf(svid(authority)))];
    expect([connection.recheck(), other.recheck()]).toEqual([undefined, undefined]);
    store.revoke({ kind: 'certificate', issuer, value: sha256 }, 1000);
    expect([connection.recheck(), other.recheck()]).toEqual([revokedBy, undefined]);
  });

  test('is not asked about again while the store knows of no new one', async () => {
    let asked = 0;
    const store: RevocationStore = { revision: () => 1, revokedUntil: () => void (asked += 1) };
    const { judge } = bound({ trustBundle: prod, revocation: store });
    const peer = peerOf(leaf);
    for (let round = 0; round < 5; round += 1) expect(await judge(peer)).toBe(id);
    expect(asked).toBe(1);
  });
});

describe('a store that cannot tell', () => {
  const down: RevocationStore = { revokedUntil: () => Promise.reject(new Error('no connection')) };
  const waiver = { reason: 'a trial', owner: 'team', expires: '2026-11-24' };

  test('leaves the caller unchecked, which only a waiver of a route lets on', async () => {
    const { identify, notices, connect } = bound({ trustBundle: prod, revocation: down });
    expect(await identify(peerOf(svid(authority)))).toMatchObject({ value: { evidence: { revocation: 'unchecked' } } });
    expect(notices[1]).toMatchObject({ code: 'STORE_UNAVAILABLE', facts: { store: 'revocation', waived: false } });
    const connection = await connect(peerOf(svid(authority)));
    expect(connection.recheck()).toBeUndefined();
  });

  test('is waived for the service until the waiver ends', async () => {
    const { identify, clock } = bound({
      trustBundle: prod,
      revocation: down,
      allowRevocationStoreOutage: waiver,
    });
    const peer = peerOf(svid(authority));
    expect(await identify(peer)).toMatchObject({ value: { evidence: { revocation: 'waived' } } });
    clock.at = Date.parse('2026-11-25T00:00:00Z');
    const later = peerOf(svid(authority, { notAfter: clock.at + hour }));
    expect(await identify(later)).toMatchObject({ value: { evidence: { revocation: 'unchecked' } } });
  });

  test('refuses a connection that was checked before, once it is known to be down', async () => {
    let answer: () => Promise<number | undefined> = () => Promise.resolve(undefined);
    const { connect } = bound({ trustBundle: prod, revocation: { revokedUntil: () => answer() } });
    const connection = await connect(peerOf(svid(authority)));
    expect(connection.recheck()).toBeUndefined();
    await turn();
    answer = () => Promise.reject(new Error('no connection'));
    connection.recheck();
    await turn();
    expect(connection.recheck()).toBe('REVOCATION_STORE_UNAVAILABLE');
    await turn();
    answer = () => Promise.resolve(undefined);
    connection.recheck();
    await turn();
    expect(connection.recheck()).toBeUndefined();
  });
});

describe('a connection that stays open', () => {
  test('is refused once its authority is gone, with a source that answers at once or late', async () => {
    const other = issue({ name: 'other', ca: true });
    for (const late of [false, true]) {
      let bundle = prod;
      const trustBundle = { find: () => (late ? Promise.resolve(bundle) : bundle) };
      const { connect } = bound({ trustBundle });
      const connection = await connect(peerOf(svid(authority)));
      expect(connection.recheck()).toBeUndefined();
      await turn();
      bundle = bundleOf(other);
      connection.recheck();
      await turn();
      expect(connection.recheck()).toBe('CERTIFICATE_UNTRUSTED');
    }
  });

  test('is refused while the source gives half a bundle, at once or late', async () => {
    for (const late of [false, true]) {
      let bundle = prod;
      const trustBundle = { find: () => (late ? Promise.resolve(bundle) : bundle) };
      const { connect, judge } = bound({ trustBundle });
      const connection = await connect(peerOf(svid(authority)));
      bundle = { trustDomain: 'prod.test' } as TrustBundle;
      connection.recheck();
      await turn();
      expect(connection.recheck()).toBe('TRUST_BUNDLE_UNAVAILABLE');
      expect(await judge(peerOf(svid(authority)))).toBe('TRUST_BUNDLE_UNAVAILABLE trustBundle');
    }
  });

  test('is refused while the source is silent, within seconds', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    let bundle = Promise.resolve(prod);
    const { connect, judge } = bound({ trustBundle: { find: () => bundle } });
    const connection = await connect(peerOf(svid(authority)));
    bundle = new Promise(() => {});
    connection.recheck();
    const judged = judge(peerOf(svid(authority)));
    await vi.advanceTimersByTimeAsync(5_000);
    expect(await judged).toBe('TRUST_BUNDLE_UNAVAILABLE trustBundle');
    expect(connection.recheck()).toBe('TRUST_BUNDLE_UNAVAILABLE');
  });

  test('is refused while the source fails', async () => {
    let fails = false;
    const find = (): TrustBundle => {
      if (fails) throw new Error('no bundle');
      return prod;
    };
    const { connect } = bound({ trustBundle: { find } });
    const connection = await connect(peerOf(svid(authority)));
    fails = true;
    expect(connection.recheck()).toBe('TRUST_BUNDLE_UNAVAILABLE');
    fails = false;
    expect(connection.recheck()).toBeUndefined();
  });

  test('of somebody else is not known', () => {
    const { mechanism } = bound({ trustBundle: prod });
    expect(mechanism.recheck?.({ kind: 'client-certificate' } as never)).toBeUndefined();
  });
});

describe('the life of a certificate', () => {
  const living = (seconds: number) =>
    svid(authority, { notBefore: startOfTest - 1000, notAfter: startOfTest - 1000 + seconds * 1000 });
  const tooLong = 'CERTIFICATE_LIFETIME_TOO_LONG certificate.validity';
  const longAuthority = bundleOf(authority);

  test.each([
    ['an hour', undefined, 3600, id],
    ['a day, dated back by a few minutes', undefined, 86_700, id],
    ['more than a day', undefined, 86_701, tooLong],
    ['a year', undefined, 31_536_000, tooLong],
    ['an hour where ten minutes are the limit', 600, 3600, tooLong],
  ])('of %s is judged by the limit', async (_title, maximumLifetimeSeconds, seconds, expected) => {
    const options = maximumLifetimeSeconds === undefined ? {} : { maximumLifetimeSeconds };
    expect(await bound({ trustBundle: longAuthority, ...options }).judge(peerOf(living(seconds)))).toBe(expected);
  });

  test('above an hour is told of once for each workload', async () => {
    const { judge, notices } = bound({ trustBundle: prod });
    await judge(peerOf(living(3_900)));
    expect(notices).toEqual([]);
    for (let round = 0; round < 3; round += 1) await judge(peerOf(living(7_200)));
    await judge(peerOf(svid(authority, { uris: ['spiffe://prod.test/web'], notAfter: startOfTest + 5 * hour })));
    expect(notices).toMatchObject([
      { code: 'CERTIFICATE_LIFETIME_LONG', facts: { workload: id, lifetimeSeconds: 7_200 } },
      { code: 'CERTIFICATE_LIFETIME_LONG', facts: { workload: 'spiffe://prod.test/web', lifetimeSeconds: 21_600 } },
    ]);
  });
});

describe('what a proxy tells of a certificate', () => {
  const subject = { trustDomain: 'prod.test', workload: id, sha256: 'A0'.repeat(32) };
  const judged = (order?: Omit<Revocation, 'issuer'> & { issuer?: string }) => {
    const store = createMemoryRevocationStore({ clock: { monotonic: () => 0 } });
    if (order !== undefined) store.revoke({ issuer: 'spiffe://prod.test', ...order }, 1000);
    return judgeWith(store).judgeForwarded(subject);
  };
  const judgeWith = (store: RevocationStore) => {
    const clock = { now: () => startOfTest, monotonic: () => 0 };
    const runtime = {
      clock,
      notify: () => {},
      fetch: () => Promise.reject(new Error('no')),
      service: 'a',
      audience: ['a'],
    };
    return createCertificateJudge(checkClientCertificateOptions({ trustBundle: prod, revocation: store }), runtime);
  };

  test.each<[string, Omit<Revocation, 'issuer'>]>([
    ['its workload', { kind: 'workload', value: id }],
    ['its workload, issued before: nobody knows when', { kind: 'workload', value: id, issuedUntil: 0 }],
    ['its certificate', { kind: 'certificate', value: 'A0'.repeat(32) }],
    ['its trust domain', { kind: 'issuer' }],
  ])('is revoked by an order for %s', (_title, order) => {
    expect(judged(order)).toMatchObject({ reason: 'CERTIFICATE_REVOKED' });
  });

  test('stands otherwise, and is unchecked while the store cannot tell', async () => {
    expect(judged()).toBeUndefined();
    expect(judged({ kind: 'workload', value: `${id}2` })).toBeUndefined();
    const down: RevocationStore = { revokedUntil: () => Promise.reject(new Error('no connection')) };
    expect(await judgeWith(down).judgeForwarded(subject)).toBe('unchecked');
  });
});
