import { verifyJwtSvid } from '@countersign/core';
import * as grpc from '@grpc/grpc-js';
import { decodeJwt } from 'jose';
import { describe, expect, test } from 'vitest';
import { createTestAuthority } from '../test-authority.ts';
import type { Message } from './grpc-peer.test-kit.ts';
import { batch, orders, started } from './workload-api.test-kit.ts';

const { status } = grpc;

describe('JWT-SVIDs', () => {
  test('are issued for an audience, for one id or for all, and verify under the bundle', async () => {
    const { api, peer } = await started();
    const all = (await peer.call('FetchJWTSVID', { audience: ['https://a.test'] })) as Message;
    const svids = all['svids'] as readonly { spiffe_id: string; svid: string; hint: string }[];
    expect(svids.map(({ spiffe_id: id, hint }) => [id, hint])).toEqual([
      [orders.id, ''],
      [batch.id, 'internal'],
    ]);
    const bundle = { trustDomain: api.trustDomain, keys: api.jwtSvids.bundle.keys };
    for (const { svid, spiffe_id: id } of svids) {
      const judged = verifyJwtSvid(svid, { bundle, audience: 'https://a.test', now: Date.now() });
      expect(judged).toMatchObject({ ok: true, value: { sub: id } });
    }
    const one = (await peer.call('FetchJWTSVID', { audience: ['a', 'b'], spiffe_id: batch.id })) as {
      readonly svids: readonly { readonly svid: string }[];
    };
    expect(one.svids).toMatchObject([{ spiffe_id: batch.id }]);
    expect(decodeJwt(one.svids[0]?.svid ?? '')).toMatchObject({ sub: batch.id, aud: ['a', 'b'] });
  });

  test.each([
    ['no audience', {}, status.INVALID_ARGUMENT],
    [
      'an id that the caller does not have',
      { audience: ['a'], spiffe_id: 'spiffe://prod.test/x' },
      status.PERMISSION_DENIED,
    ],
  ])('are refused for %s', async (_title, request, code) => {
    const { peer } = await started();
    expect(await peer.call('FetchJWTSVID', request)).toBe(code);
    expect(await peer.call('FetchJWTSVID', { audience: ['a'] }, new grpc.Metadata())).toBe(status.INVALID_ARGUMENT);
  });

  test('their bundles are JWKS documents by trust domain, with federated ones', async () => {
    const { api, peer } = await started();
    const stream = peer.stream('FetchJWTBundles');
    const read = (message: Message | number): unknown =>
      Object.entries((message as { bundles: Record<string, Buffer> }).bundles).map(([id, json]) => [
        id,
        JSON.parse(json.toString('utf8')),
      ]);
    expect(read(await stream.next())).toEqual([['spiffe://prod.test', api.jwtSvids.bundle]]);
    const jwtKeys = { keys: [{ kty: 'EC', use: 'jwt-svid', kid: 'x' }] };
    const { bundlePem } = await createTestAuthority({ trustDomain: 'partner.test' });
    api.setFederated([{ trustDomain: 'partner.test', bundlePem, jwtKeys }]);
    expect(read(await stream.next())).toContainEqual(['spiffe://partner.test', jwtKeys]);
  });

  test('are validated: a good one is told with its claims, its neighbours are refused', async () => {
    const { api, peer } = await started();
    const audience = 'https://inventory.test';
    const claims = { nested: { list: [1, 'two', true, null] } };
    const svid = api.jwtSvids.mint({ id: orders.id, audience }, { claims });
    const answer = await peer.call('ValidateJWTSVID', { audience, svid });
    expect(answer).toMatchObject({ spiffe_id: orders.id });
    const { fields } = (answer as { claims: { fields: Record<string, object> } }).claims;
    expect(Object.keys(fields).toSorted()).toEqual(['aud', 'exp', 'iat', 'nested', 'sub']);
    expect(fields['sub']).toMatchObject({ stringValue: orders.id });
    expect(JSON.stringify(fields['nested'])).toMatch(/"numberValue":1.*"two".*true.*nullValue/);
    const stranger = api.jwtSvids.mint({ id: 'spiffe://evil.test/orders', audience });
    const ended = api.jwtSvids.mint({ id: orders.id, audience, lifetimeSeconds: -60 });
    for (const request of [
      { audience: 'https://other.test', svid },
      { audience, svid: `${svid.slice(0, -8)}AAAAAAAA` },
      { audience, svid: stranger },
      { audience, svid: ended },
      { audience },
      { svid },
    ]) {
      expect(await peer.call('ValidateJWTSVID', request)).toBe(status.INVALID_ARGUMENT);
    }
  });
});
