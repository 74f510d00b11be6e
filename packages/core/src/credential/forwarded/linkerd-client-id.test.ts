import { describe, expect, test } from 'vitest';
import { parseLinkerdClientId } from './linkerd-client-id.ts';

const account = 'orders.shop.serviceaccount.identity.linkerd.cluster.local';

test('the DNS name of a service account is taken apart', () => {
  expect(parseLinkerdClientId(account)).toEqual({
    ok: true,
    value: {
      kind: 'service-account',
      serviceAccount: 'orders',
      namespace: 'shop',
      identityDomain: 'identity.linkerd.cluster.local',
    },
  });
});

test('an account may have dots in its name', () => {
  const parsed = parseLinkerdClientId(`a.b.${account}`);
  expect(parsed).toMatchObject({ ok: true, value: { serviceAccount: 'a.b.orders', namespace: 'shop' } });
});

test('a workload outside of the cluster has a SPIFFE ID', () => {
  const parsed = parseLinkerdClientId('spiffe://root.linkerd.cluster.local/vm');
  expect(parsed).toMatchObject({
    ok: true,
    value: { kind: 'spiffe-id', id: { trustDomain: 'root.linkerd.cluster.local' } },
  });
});

describe('it is refused', () => {
  test.each([
    ['when it is empty', ''],
    ['without a namespace', 'orders.serviceaccount.identity.linkerd.cluster.local'],
    ['of another kind', 'orders.shop.pod.identity.linkerd.cluster.local'],
    ['in upper case', account.toUpperCase()],
    ['with a dot behind it', `${account}.`],
    ['with an empty label', account.replace('shop', '')],
    ['with a space', ` ${account}`],
    ['of two names', `${account}, ${account}`],
    [
      'that can be cut in two ways',
      `evil.x.serviceaccount.identity.a.b.orders.shop.serviceaccount.identity.linkerd.cluster.local`,
    ],
    ['with an underscore', account.replace('shop', 'sh_op')],
    ['with a slash', account.replace('shop', 'sh/op')],
    ['of 600 characters', `${'a.'.repeat(280)}${account}`],
    ['of a trust domain alone', 'spiffe://prod.test'],
    ['of an id with dots', 'spiffe://prod.test/a/../b'],
    ['of a web address', 'https://prod.test/a'],
  ])('%s', (_case, header) => {
    expect(parseLinkerdClientId(header)).toMatchObject({ ok: false, reason: 'FORWARDED_IDENTITY_MALFORMED' });
  });
});
