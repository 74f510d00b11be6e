import { X509Certificate } from 'node:crypto';
import { describe, expect, test, vi } from 'vitest';
import { authority, ca, judge } from './certificate-path.test-kit.ts';
import { day, issue, keysOf, root, startOfTest, svid } from './certificate.test-kit.ts';

describe('one that may not issue is no dead end while another one may', () => {
  const expired = { notBefore: startOfTest - 9 * day, notAfter: startOfTest - day };

  test.each([[true], [false]])(
    'the renewed root beside the expired one of the same key (old first: %s)',
    (oldFirst) => {
      const old = root(expired);
      const authorities = oldFirst ? [old, authority] : [authority, old];
      expect(judge({ leaf: svid(authority), authorities })).toBe('trusted');
      expect(judge({ leaf: svid(authority), authorities: [old] })).toBe('CERTIFICATE_EXPIRED notAfter');
    },
  );

  test.each([[true], [false]])('the renewed intermediate beside the expired one (old first: %s)', (oldFirst) => {
    const old = ca('inner', authority, expired);
    const renewed = ca('inner', authority);
    const intermediates = oldFirst ? [old, renewed] : [renewed, old];
    expect(judge({ leaf: svid(renewed), intermediates })).toBe('trusted');
  });

  test('a longer path past a CA with a short path length', () => {
    const tight = ca('tight', authority, { pathLength: 0 });
    const wide = ca('tight', authority);
    const lower = ca('lower', wide);
    expect(judge({ leaf: svid(lower), intermediates: [lower, tight, wide] })).toBe('trusted');
    expect(judge({ leaf: svid(lower), intermediates: [lower, tight] })).toBe('CERTIFICATE_UNTRUSTED issuer.pathLength');
  });

  test('cross-signed authorities, also in a circle', () => {
    const east = root({ name: 'east' });
    const west = root({ name: 'west' });
    const eastByWest = ca('east', west);
    const westByEast = ca('west', east);
    const leaf = svid(east);
    const intermediates = [eastByWest, westByEast];
    expect(judge({ leaf, intermediates, authorities: [east] })).toBe('trusted');
    expect(judge({ leaf, intermediates, authorities: [west] })).toBe('trusted');
    expect(judge({ leaf, intermediates, authorities: [authority] })).toBe('CERTIFICATE_UNTRUSTED path');
  });
});

test('CAs of one name and key that all issue one another cost a bounded number of signatures', () => {
  const keys = keysOf('twin');
  const first = issue({ name: 'twin', keys, ca: true });
  const twins = Array.from({ length: 8 }, () => issue({ name: 'twin', keys, ca: true, issuer: first }));
  const verify = vi.spyOn(X509Certificate.prototype, 'verify');
  try {
    expect(judge({ leaf: svid(first), intermediates: twins, authorities: [authority] })).toBe(
      'CERTIFICATE_UNTRUSTED path',
    );
    // 8! orders of the eight would be tens of thousands.
    expect(verify.mock.calls.length).toBeGreaterThan(7);
    expect(verify.mock.calls.length).toBeLessThanOrEqual(9 * 9);
  } finally {
    verify.mockRestore();
  }
});
