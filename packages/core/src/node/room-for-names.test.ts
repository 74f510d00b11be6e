import { describe, expect, test } from 'vitest';
import { issue, keysOf, svid } from '../certificate/certificate.test-kit.ts';
import { trustBundle, type TrustBundle } from '../certificate/trust-bundle.ts';
import { guardedServer } from './guarded-server.test-kit.ts';
import { roomForNames } from './room-for-names.ts';
import { bundle, orders, showing, validNow, visit } from './tls.test-kit.ts';

const keys = keysOf('partner');
const named = (name: string) => issue({ name, ca: true, keys, ...validNow });
const bundleOf = (trustDomain: string, ...names: readonly string[]): TrustBundle =>
  trustBundle({ trustDomain, pem: names.map((name) => named(name).pem) });
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
    expect(roomForNames([one, large, two])).toEqual({ named: [one, two], leftOut: ['large.test'] });
    const [half, other] = ['half.test', 'other.test'].map((domain) => bundleOf(domain, ...many.slice(0, 500)));
    expect(roomForNames([half, other, one] as TrustBundle[]).leftOut).toEqual(['other.test']);
  });
});
