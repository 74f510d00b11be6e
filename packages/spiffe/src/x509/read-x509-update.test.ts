import fc from 'fast-check';
import { expect, test } from 'vitest';
import { startOfTest } from '../../../core/src/certificate/certificate.test-kit.ts';
import { listDer } from '../../../core/src/certificate/revocation-list.test-kit.ts';
import { entry, field, joined } from '../workload-api.test-kit.ts';
import { readX509BundlesUpdate, readX509Update } from './read-x509-update.ts';
import { edge, orders, partner, prod, sent } from './x509-world.test-kit.ts';

const federated = entry(3, 'spiffe://partner.test', partner.authority.raw);
const list = field(2, listDer({ issuer: prod.authority }));
const good = joined(sent(orders), sent(edge, { hint: 'external' }), list, federated);
const bundles = joined(
  field(1, listDer({ issuer: prod.authority })),
  entry(2, 'spiffe://prod.test', prod.authority.raw),
);

test('a good message is read', () => {
  const update = readX509Update(good, startOfTest);
  expect(typeof update === 'string' ? update : update.granted.map(({ spiffeId }) => spiffeId)).toEqual([
    'spiffe://prod.test/orders',
    'spiffe://prod.test/edge',
  ]);
});

/** Changes some bytes, and cuts the end off. */
const changed = (message: Buffer) =>
  fc
    .tuple(
      fc.array(fc.tuple(fc.nat(message.length - 1), fc.nat(255)), { maxLength: 4 }),
      fc.oneof({ weight: 4, arbitrary: fc.constant(message.length) }, fc.nat(message.length)),
    )
    .map(([changes, length]) => {
      const bytes = Buffer.from(message);
      for (const [at, value] of changes) bytes[at] = value;
      return bytes.subarray(0, length);
    });

test('whatever is changed in a message, nothing throws, and no identity comes out that was not there', () => {
  const pems = new Set([orders, edge].map(({ certificate }) => certificate.toString()));
  fc.assert(
    fc.property(changed(good), (bytes) => {
      const update = readX509Update(bytes, startOfTest);
      if (typeof update === 'string') return;
      for (const { identity } of update.granted) expect(pems.has(identity.certificate)).toBe(true);
    }),
    { numRuns: 300 },
  );
});

test('whatever is changed in a message of bundles, nothing throws', () => {
  fc.assert(
    fc.property(changed(bundles), (bytes) => {
      expect(['string', 'object']).toContain(typeof readX509BundlesUpdate(bytes));
    }),
    { numRuns: 300 },
  );
});
