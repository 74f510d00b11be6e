import { describe, expect, test } from 'vitest';
import { issue, keysOf, svid } from '../certificate/certificate.test-kit.ts';
import { trustBundle, type TrustBundle } from '../certificate/trust-bundle.ts';
import { guardedServer } from './guarded-server.test-kit.ts';
import { roomForNames } from './room-for-names.ts';
import { authority, bundle, orders, showing, validNow, visit } from './tls.test-kit.ts';

const keys = keysOf('partner');
const named = (name: string) => issue({ name, ca: true, keys, ...validNow });
const bundleOf = (trustDomain: string, ...names: readonly string[]): TrustBundle =>
  trustBundle({ trustDomain, pem: names.map((name) => named(name).pem) });
const isKeyId = (extension: Buffer): boolean => extension.includes(Buffer.from('551d0e', 'hex'));
const long = named('x'.repeat(70_000));
const many = Array.from({ length: 1_000 }, (_one, index) => `${index} ${'x'.repeat(60)}`);

describe('a bundle with more names than a handshake carries', () => {
  test.each<[string, TrustBundle]>([
    ['in one authority', trustBundle({ trustDomain: 'partner.test', pem: long.pem })],
    ['in many', bundleOf('partner.test', ...many)],
  ])('%s shuts out nobody else', async (_title, partner) => {
    const { port, bundles, notices } = await guardedServer();
    bundles.change(partner, bundle);
    for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
      const { received } = await visit(port, { maxVersion, ...showing(orders()) });
      expect(received).toContain('200 OK');
    }
    const theirs = svid(long, { uris: ['spiffe://partner.test/a'], ...validNow });
    expect((await visit(port, showing(theirs))).received).toBe('');
    expect(notices.slice(0, 2)).toMatchObject([
      { code: 'TLS_UPDATE_FAILED', facts: { trustDomain: 'partner.test' } },
      { code: 'TLS_UPDATED' },
    ]);
  });

  test('is told by name, and the others keep their order', () => {
    const [one, two] = [bundleOf('one.test', 'one', 'uno'), bundleOf('two.test', 'two')];
    const large = bundleOf('large.test', ...many);
    const ofOne = { uris: ['spiffe://one.test/server'] };
    expect(roomForNames([two, large, one], { uris: [] })).toEqual({ named: [two, one], leftOut: ['large.test'] });
    expect(roomForNames([two, large, one], ofOne).named).toEqual([one, two]);
    const ofLarge = { uris: ['spiffe://half.test/server'] };
    const [half, other] = ['half.test', 'other.test'].map((domain) => bundleOf(domain, ...many.slice(0, 500)));
    for (const bundles of [
      [half, other, one],
      [other, half, one],
    ] as TrustBundle[][]) {
      expect(roomForNames(bundles, ofLarge).leftOut).toEqual(['other.test']);
    }
  });
});

test('authorities of a partner with the name and key id of ours shut out none of ours', async () => {
  const { name, keyId } = authority;
  const twins = [{ keyId }, { extensions: (good: readonly Buffer[]) => good.filter((one) => !isKeyId(one)) }].map(
    (more) => issue({ name, ca: true, keys, ...validNow, ...more }),
  );
  for (const { pem } of twins) {
    const { port, bundles } = await guardedServer();
    bundles.change(trustBundle({ trustDomain: 'partner.test', pem }), bundle);
    expect((await visit(port, showing(orders()))).received).toContain('200 OK');
  }
});
