import { trustBundle, type TrustBundle } from '@countersign/core';
import { expect, it } from 'vitest';
import { hour, root, svid, usage, type Issued } from '../../../core/src/certificate/certificate.test-kit.ts';
import { listDer } from '../../../core/src/certificate/revocation-list.test-kit.ts';
import { faultOf } from '../client.test-kit.ts';
import {
  bundleSource,
  callerTo,
  generationsOf,
  identitySource,
  inventoryId,
  read,
  serveMutual,
  twoAuthorities,
  until,
} from './rotation.test-kit.ts';

const validNow = { notBefore: Date.now() - hour, notAfter: Date.now() + hour };
const authority = root({ keyUsage: usage.keyCertSign | usage.crlSign, ...validNow });
const listNow = { thisUpdate: Date.now() - hour, nextUpdate: Date.now() + hour };

function withList(revoked: readonly Issued[], changes: object = {}): TrustBundle {
  const body = listDer({ issuer: authority, revoked, ...listNow, ...changes }).toString('base64');
  const crl = `-----BEGIN X509 CRL-----\n${body}\n-----END X509 CRL-----\n`;
  return trustBundle({ trustDomain: 'prod.test', pem: authority.pem, crl });
}

it('a server whose certificate is revoked, or whose list is out of date, gets nothing, on open connections too', async () => {
  const [ofClients] = await twoAuthorities();
  const [own] = await generationsOf(ofClients, 1);
  const certificate = svid(authority, { uris: [inventoryId], ...validNow });
  const pair = { keyPem: certificate.keyPem, certificatePem: certificate.pem };
  const service = await serveMutual(pair, [ofClients.bundlePem]);
  const bundles = bundleSource(withList([]));
  const identity = identitySource(own).source;
  const { inventory } = callerTo(service.origin, { identity, trustBundle: bundles.source });
  const outdated = { thisUpdate: Date.now() - 2 * hour, nextUpdate: Date.now() - hour };
  for (const bad of [withList([certificate]), withList([], outdated)]) {
    bundles.turn(withList([]));
    await read(inventory);
    bundles.turn(bad);
    await until(() => service.open === 0);
    expect(await faultOf(inventory.fetch('/'))).toMatchObject({ code: 'SERVER_UNTRUSTED', requestSent: 'never' });
  }
  expect(service.visits).toHaveLength(2);
});
