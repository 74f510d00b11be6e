import { trustBundle, trustBundles } from '@countersign/core';
import { expect, test } from 'vitest';
import { root } from '../../../core/src/certificate/certificate.test-kit.ts';
import { bundleEndpoint } from '../federation/bundle-endpoint.ts';
import { joinTrustBundles } from './join-trust-bundles.ts';

const bundleOf = (trustDomain: string) => trustBundle({ trustDomain, pem: root({ name: trustDomain }).pem });
const [prod, partner] = [bundleOf('prod.test'), bundleOf('partner.test')];
const withoutAnything = async (): Promise<Response> =>
  new Response('{"keys":[]}', { headers: { 'content-type': 'application/json' } });

test('what a bundle endpoint has withdrawn no set behind it brings back', async () => {
  const url = 'https://partner.test/bundle.json';
  const options = { trustDomain: 'partner.test', url, profile: 'https_web', fetch: withoutAnything } as const;
  const endpoint = bundleEndpoint(options);
  const before = joinTrustBundles(endpoint, trustBundles(prod, partner));
  const behind = joinTrustBundles(trustBundles(prod, partner), endpoint);
  await before.ready?.();
  expect([before.find('partner.test'), before.list()]).toEqual([undefined, [prod]]);
  expect([behind.find('partner.test'), behind.list()]).toEqual([partner, [prod, partner]]);
  await endpoint.close();
});
