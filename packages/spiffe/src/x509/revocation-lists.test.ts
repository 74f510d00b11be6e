/** Revocation lists that come with the bundles. */
import { readSvidLeaf, verifyX509Svid, type TrustBundle } from '@countersign/core';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { hour, startOfTest, type Issued } from '../../../core/src/certificate/certificate.test-kit.ts';
import { listDer } from '../../../core/src/certificate/revocation-list.test-kit.ts';
import { until } from '../fake-runtime.test-kit.ts';
import { domain, entry, field } from '../workload-api.test-kit.ts';
import { edge, orders, partner, prod, sent, X509World } from './x509-world.test-kit.ts';

let world: X509World;
beforeEach(async () => {
  world = await X509World.start();
});
afterEach(() => world.close());

const federated = entry(3, 'spiffe://partner.test', partner.authority.raw);
const list = (issuer: Issued, ...revoked: readonly Issued[]): Buffer => field(2, listDer({ issuer, revoked }));
const theirs = partner.issue('/billing');

function judged({ certificate }: Issued, bundle: TrustBundle | undefined): string {
  const leaf = readSvidLeaf(certificate, { usage: 'client' });
  if (!leaf.ok || bundle === undefined) throw new Error('no leaf or bundle');
  const outcome = verifyX509Svid({ leaf: leaf.value, intermediates: [], bundle, now: startOfTest });
  return outcome.ok ? 'trusted' : outcome.reason;
}

describe('a revocation list', () => {
  test('counts for the trust domain whose authority signed it, and for no other', async () => {
    const source = await world.opened(sent(orders), federated, list(prod.authority, edge));
    expect(judged(edge, source.find('prod.test'))).toBe('CERTIFICATE_REVOKED');
    expect(judged(orders, source.find('prod.test'))).toBe('trusted');
    expect(judged(theirs, source.find('partner.test'))).toBe('trusted');
  });

  test('that nobody known signed counts everywhere, so that nobody is taken as not revoked', async () => {
    const stranger = domain('stranger.test').authority;
    const source = await world.opened(sent(orders), federated, list(stranger));
    expect(judged(edge, source.find('prod.test'))).not.toBe('trusted');
    expect(judged(theirs, source.find('partner.test'))).not.toBe('trusted');
  });

  test('that is new makes a new bundle, and one that is gone does too', async () => {
    const source = await world.opened(sent(orders), list(prod.authority));
    const [first, identity] = [source.find('prod.test'), source.find()];
    world.serve(sent(orders), list(prod.authority, edge));
    await until(() => source.find('prod.test') !== first);
    expect(judged(edge, source.find('prod.test'))).toBe('CERTIFICATE_REVOKED');
    world.serve(sent(orders));
    await until(() => judged(edge, source.find('prod.test')) === 'trusted');
    expect(source.find()).toBe(identity);
  });

  test('does not take our own identity away: that is judged by those to whom it is shown', async () => {
    const source = await world.opened(sent(orders), list(prod.authority, orders));
    expect(source.find()).toBeDefined();
    expect(judged(orders, source.find('prod.test'))).toBe('CERTIFICATE_REVOKED');
  });

  test.each([
    ['nonsense', Buffer.from('nonsense')],
    ['a certificate', prod.authority.raw],
    ['nothing', Buffer.alloc(0)],
    ['a list that is cut off', listDer({ issuer: prod.authority }).subarray(0, -1)],
    ['a list with a byte after it', Buffer.concat([listDer({ issuer: prod.authority }), Buffer.from([0])])],
  ])('that is %s refuses the message', async (_title, bytes) => {
    const source = await world.opened(sent(orders));
    const before = source.find('prod.test');
    world.serve(sent(orders), field(2, bytes));
    await world.told('WORKLOAD_API_MESSAGE_REFUSED');
    expect(world.runtime.notices.at(-1)?.facts['problem']).toContain('has a revocation list that cannot be used');
    expect(source.find('prod.test')).toBe(before);
  });

  test('that is out of date makes the answer unknown, never a pass', async () => {
    const old = listDer({ issuer: prod.authority, nextUpdate: startOfTest - 1, thisUpdate: startOfTest - hour });
    const source = await world.opened(sent(orders), field(2, old));
    expect(judged(edge, source.find('prod.test'))).toBe('REVOCATION_LIST_UNAVAILABLE');
  });
});
