import { describe, expect, test } from 'vitest';
import { authority, ca, chainOf } from './certificate-path.test-kit.ts';
import { hour, issue, purposes, root, startOfTest, svid, type Issued } from './certificate.test-kit.ts';
import { trustBundle } from './trust-bundle.ts';
import { verifyPlainChain, verifySvidChain, type ChainExpectations } from './verify-chain.ts';
import type { CertificateChainInput } from './read-chain.ts';

const [intermediate] = chainOf(1);
if (intermediate === undefined) throw new Error('no intermediate');
const expected: ChainExpectations = {
  trustBundle: trustBundle({ trustDomain: 'prod.test', pem: authority.pem }),
  now: startOfTest,
  usage: 'client',
};
const id = 'spiffe://prod.test/orders';
const leaf = svid(intermediate);
const pemOf = (...chain: Issued[]): string => chain.map(({ pem }) => pem).join('');
const derOf = (...chain: Issued[]): Buffer => Buffer.concat(chain.map(({ raw }) => raw));
/** A leaf, and an authority for one purpose that issued it. */
const below = (purpose: string): [Issued, Issued] => {
  const inner = ca('inner', authority, { purposes: [purpose] });
  return [svid(inner), inner];
};
const judge = (chain: CertificateChainInput, changes: Partial<ChainExpectations> = {}): string => {
  const outcome = verifySvidChain(chain, { ...expected, ...changes });
  return outcome.ok ? outcome.value.spiffeId.text : `${outcome.reason} ${outcome.detail.check}`;
};

describe('a chain of an SVID', () => {
  const unreadable = 'CERTIFICATE_PROFILE_VIOLATED chain';
  test.each<[string, CertificateChainInput, Partial<ChainExpectations>, string]>([
    ['as PEM', pemOf(leaf, intermediate), {}, id],
    ['as PEM with Windows line ends', pemOf(leaf, intermediate).replaceAll('\n', '\r\n'), {}, id],
    ['as DER, one behind the other', derOf(leaf, intermediate), {}, id],
    ['as Node has it', [leaf.certificate, intermediate.certificate], {}, id],
    ['with the root behind', pemOf(leaf, intermediate, authority), {}, id],
    ['of a server', pemOf(leaf, intermediate), { usage: 'server' }, id],
    ['without its intermediate', pemOf(leaf), {}, 'CERTIFICATE_UNTRUSTED path'],
    ['in the wrong order', pemOf(intermediate, leaf), {}, 'CERTIFICATE_IDENTITY_AMBIGUOUS certificate.uri'],
    ['with a DER that is cut off', derOf(leaf, intermediate).subarray(0, -1), {}, unreadable],
    ['with a PEM that is cut off', pemOf(leaf).slice(0, -5), {}, unreadable],
    ['with a key in its PEM', pemOf(leaf, intermediate) + leaf.keyPem, {}, unreadable],
    ['with text before', `x${pemOf(leaf, intermediate)}`, {}, unreadable],
    ['of nothing', '', {}, unreadable],
    ['of no bytes', new Uint8Array(), {}, unreadable],
    ['of an empty list', [], {}, unreadable],
    ['of seventeen', pemOf(...Array<Issued>(17).fill(leaf)), {}, unreadable],
    ['that has ended', pemOf(leaf, intermediate), { now: startOfTest + 2 * hour }, 'CERTIFICATE_EXPIRED notAfter'],
    [
      'of another trust domain',
      pemOf(svid(authority, { uris: ['spiffe://dev.test/a'] })),
      {},
      'CERTIFICATE_UNTRUSTED trustDomain',
    ],
    ['of another authority', pemOf(svid(root({ name: 'other' }))), {}, 'CERTIFICATE_UNTRUSTED path'],
    ['of an authority for clients', pemOf(...below(purposes.client)), {}, id],
    ['of an authority for any purpose', pemOf(...below(purposes.any)), {}, id],
    [
      'of an authority for servers',
      pemOf(...below(purposes.server)),
      {},
      'CERTIFICATE_UNTRUSTED issuer.extendedKeyUsage',
    ],
    ['of a server, of an authority for servers', pemOf(...below(purposes.server)), { usage: 'server' }, id],
    [
      'that lives too long',
      pemOf(leaf, intermediate),
      { maximumLifetimeSeconds: 60 },
      'CERTIFICATE_LIFETIME_TOO_LONG certificate.validity',
    ],
    ['at no instant', pemOf(leaf, intermediate), { now: Number.NaN }, 'INTERNAL_FAULT options'],
    ['at a date', pemOf(leaf, intermediate), { now: new Date(startOfTest) as never }, 'INTERNAL_FAULT options'],
  ])('%s', (_title, chain, changes, answer) => expect(judge(chain, changes)).toBe(answer));
});

describe('a plain chain', () => {
  const workloads = { 'orders.internal': id };
  const plain = (...dnsNames: string[]): string => issue({ name: 'orders', issuer: authority, dnsNames }).pem;

  test('is of the workload that its DNS name is mapped to', () => {
    expect(verifyPlainChain(plain('orders.internal'), { ...expected, workloads })).toMatchObject({
      ok: true,
      value: { dnsName: 'orders.internal', workload: id },
    });
  });

  test.each([
    ['without a mapped name', plain('web.internal'), 'CERTIFICATE_UNTRUSTED'],
    ['of an SVID', pemOf(svid(authority)), 'CERTIFICATE_IDENTITY_AMBIGUOUS'],
    [
      'of another authority',
      issue({ issuer: root({ name: 'other' }), dnsNames: ['orders.internal'] }).pem,
      'CERTIFICATE_UNTRUSTED',
    ],
    ['that is none', 'orders.internal', 'CERTIFICATE_PROFILE_VIOLATED'],
  ])('%s is refused', (_title, chain, reason) => {
    expect(verifyPlainChain(chain, { ...expected, workloads })).toMatchObject({ ok: false, reason });
  });
});
