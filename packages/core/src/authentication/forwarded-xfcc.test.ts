import { describe, expect, test } from 'vitest';
import type { ForwardedCertificateOptions } from './forwarded-certificate-options.ts';
import {
  authority,
  byName,
  element,
  gateway,
  hashOf,
  header,
  idOf,
  known,
  loopback,
  orders,
  own,
  pemOf,
  proxy,
  service,
  serviceWith,
} from './forwarding.test-kit.ts';

describe('of X-Forwarded-Client-Cert', () => {
  const sidecar = { format: 'xfcc', from: { loopback: true } } as const;
  const ask = async (options: Partial<ForwardedCertificateOptions>, value: string) =>
    serviceWith({ ...sidecar, ...options } as ForwardedCertificateOptions).judge({ [header]: value }, loopback);
  const outer = { through: [idOf(gateway)] } as const;
  const inner = element(gateway);

  test.each<readonly [string, object, string, string]>([
    ['the last element counts', {}, `${element(orders, idOf(gateway))},${inner}`, `${idOf(gateway)} medium`],
    ['behind a named gateway its own element counts', outer, `${element(orders, idOf(gateway))},${inner}`, byName],
    ['a gateway without a client is nobody', outer, inner, 'nobody'],
    [
      'a workload cannot pose as behind the gateway',
      outer,
      `${element(gateway, idOf(gateway))},${element(orders)}`,
      byName,
    ],
    [
      'nor by an element of the gateway for another',
      outer,
      `${element(orders, service)},${inner}`,
      'FORWARDED_IDENTITY_UNTRUSTED',
    ],
    [
      'nor through a gateway that is not named',
      { through: [idOf(proxy)] },
      `${element(orders, idOf(gateway))},${inner}`,
      `${idOf(gateway)} medium`,
    ],
    ['By is the proxy that the options name', { by: [idOf(proxy)] }, element(orders, idOf(proxy)), byName],
    ['and not the service then', { by: [idOf(proxy)] }, element(orders), 'FORWARDED_IDENTITY_UNTRUSTED'],
    ['By may be nobody when the options say so', { by: [] }, `Hash=${hashOf(orders)};URI=${idOf(orders)}`, byName],
    ['an empty By is nobody', { by: [] }, `By=;Hash=${hashOf(orders)};URI=${idOf(orders)}`, byName],
    ['and somebody is not nobody', { by: [] }, element(orders), 'FORWARDED_IDENTITY_UNTRUSTED'],
    ['one of several By is enough', {}, `By=https://a.test;${element(orders)}`, byName],
    ['where it is replaced there is one element', { replaces: true }, element(orders), byName],
    [
      'and a second one is refused',
      { replaces: true },
      `${element(gateway)},${element(orders)}`,
      'FORWARDED_IDENTITY_UNTRUSTED',
    ],
    [
      'a URI that carries an element is refused',
      { replaces: true },
      `By=${service};Hash=${hashOf(orders)};URI=x,${element(gateway)}`,
      'FORWARDED_IDENTITY_UNTRUSTED',
    ],
    [
      'a URI that carries one for us is refused without that, too',
      {},
      `By=${service};Hash=${hashOf(orders)};URI=x,${element(gateway)}`,
      'FORWARDED_IDENTITY_UNTRUSTED',
    ],
    [
      'and a DNS name',
      {},
      `${element(orders)};DNS=x,By=${service};URI=${idOf(gateway)}`,
      'FORWARDED_IDENTITY_UNTRUSTED',
    ],
    [
      'and one behind a gateway',
      outer,
      `${element(orders, idOf(gateway))};DNS=x,By=${idOf(gateway)};URI=${idOf(proxy)},${inner}`,
      'FORWARDED_IDENTITY_UNTRUSTED',
    ],
    [
      'and one where By is nobody',
      { by: [] },
      `Hash=${hashOf(orders)};URI=${idOf(orders)};DNS=x,URI=${idOf(gateway)}`,
      'FORWARDED_IDENTITY_UNTRUSTED',
    ],
    ['an earlier one for others is not', {}, `${element(gateway, idOf(proxy))},${element(orders)}`, byName],
    ['the certificate is the identity', {}, `${element(orders)};Cert="${pemOf(orders)}"`, known],
    ['with its chain', {}, `${element(orders)};Chain="${pemOf(orders)}${pemOf(authority)}"`, known],
    ['with both', {}, `${element(orders)};Cert="${pemOf(orders)}";Chain="${pemOf(orders)}${pemOf(authority)}"`, known],
    [
      'and both agree',
      {},
      `${element(orders)};Cert="${pemOf(orders)}";Chain="${pemOf(gateway)}"`,
      'FORWARDED_IDENTITY_MALFORMED',
    ],
    ['with the hash', {}, `${element(gateway)};Cert="${pemOf(orders)}"`, 'FORWARDED_IDENTITY_MALFORMED'],
    ['with the URI', {}, `By=${service};URI=${idOf(gateway)};Cert="${pemOf(orders)}"`, 'FORWARDED_IDENTITY_MALFORMED'],
    ['this service itself may call', {}, element(own), `${idOf(own)} medium`],
  ])('%s', async (_case, options, value, expected) => {
    expect(await ask(options, value)).toBe(expected);
  });

  test('the evidence says by whom, how and where it stood', async () => {
    const { caller } = serviceWith({ ...sidecar, ...outer });
    const outcome = await caller({ [header]: `${element(orders, idOf(gateway))},${inner}` }, loopback);
    expect(outcome.ok && outcome.value?.evidence).toEqual([
      {
        kind: 'forwarded-certificate',
        workload: idOf(orders),
        trustDomain: 'prod.test',
        format: 'xfcc',
        hop: 'loopback',
        element: 2,
        sha256: hashOf(orders).toUpperCase(),
      },
    ]);
  });
});
