/** Tokens that are bound to a certificate (RFC 8705 §3): they leave over connections that show it, and over no others. */
import { X509Certificate } from 'node:crypto';
import { Secret, thumbprintOf, type X509Identity } from '@countersign/core';
import { describe, expect, it } from 'vitest';
import { audience, authority, client, faultOf, json, serve } from '../client.test-kit.ts';
import { bearer, sourceOf } from './fixed-credentials.test-kit.ts';
import { mtls, serverTls, type Credential, type CredentialSource } from '../index.ts';
import {
  bundleOf,
  bundleSource,
  generationsOf,
  identitySource,
  inventoryId,
  nameOf,
  serveMutual,
  twoAuthorities,
} from '../connection/rotation.test-kit.ts';

function thumbprint({ certificate }: X509Identity): string {
  return thumbprintOf(new X509Certificate(certificate));
}

function boundTo(identity: X509Identity, token: string): Credential {
  return { scheme: 'Bearer', token: new Secret(token), certificateThumbprint: thumbprint(identity) };
}

async function boundWorld(credentials: (generations: readonly X509Identity[]) => CredentialSource) {
  const [ca] = await twoAuthorities();
  const generations = await generationsOf(ca, 2);
  const identities = identitySource(generations[0]);
  const service = await serveMutual(await ca.issue({ id: inventoryId }), [ca.bundlePem]);
  const tokens: (string | undefined)[] = [];
  service.answer = (request, response) => {
    tokens.push(request.headers.authorization);
    response.end('{}');
  };
  const trustBundle = bundleSource(bundleOf(ca)).source;
  const tls = mtls({ identity: identities.source, server: inventoryId, trustBundle });
  const inventory = client({ baseUrl: service.origin, audience, credentials: credentials(generations), tls });
  const [first, second] = generations as [X509Identity, X509Identity];
  return { service, inventory, identities, first, second, tokens };
}

describe('a token that is bound to a certificate', () => {
  it('goes over connections that show it', async () => {
    const { service, inventory, first, tokens } = await boundWorld(([own]) => sourceOf(boundTo(own!, 'a')).source);
    expect((await inventory.fetch('/')).status).toBe(200);
    expect(service.visits.map(({ certificate }) => certificate)).toEqual([nameOf(first.certificate)]);
    expect(tokens).toEqual(['Bearer a']);
  });

  it('to another one is asked for once more, and the fitting one goes out', async () => {
    let asked: readonly unknown[] = [];
    const { inventory, tokens } = await boundWorld(([own, other]) => {
      const made = sourceOf(boundTo(other!, 'theirs'), boundTo(own!, 'ours'));
      ({ asked } = made);
      return made.source;
    });
    expect((await inventory.fetch('/')).status).toBe(200);
    expect(tokens).toEqual(['Bearer ours']);
    expect(asked).toHaveLength(2);
  });

  it.each<readonly [string, (own: X509Identity, other: X509Identity) => Credential]>([
    ['another certificate', (_own, other) => boundTo(other, 'x')],
    ['an empty thumbprint', (own) => ({ ...boundTo(own, 'x'), certificateThumbprint: '' })],
    ['a longer thumbprint', (own) => ({ ...boundTo(own, 'x'), certificateThumbprint: `${thumbprint(own)}A` })],
  ])('to %s ends the call, and nothing is sent', async (_name, credential) => {
    const { service, inventory } = await boundWorld(([own, other]) => sourceOf(credential(own!, other!)).source);
    const fault = await faultOf(inventory.fetch('/'));
    expect(fault).toMatchObject({ code: 'CERTIFICATE_MISMATCH', requestSent: 'never' });
    expect([service.made, service.visits]).toEqual([0, []]);
  });

  it('goes nowhere over connections that show none', async () => {
    const [ca] = await twoAuthorities();
    const [own] = await generationsOf(ca, 1);
    const server = await serve((_one, response) => json(response, 200, {}));
    const tls = serverTls({ ca: (await authority()).bundlePem });
    const credentials = sourceOf(boundTo(own!, 'x')).source;
    const inventory = client({ baseUrl: server.origin, audience, credentials, tls });
    expect(await faultOf(inventory.fetch('/'))).toMatchObject({ code: 'CERTIFICATE_MISMATCH' });
    expect(server.seen).toEqual([]);
    const free = client({ baseUrl: server.origin, audience, credentials: sourceOf(bearer('free')).source, tls });
    expect((await free.fetch('/')).status).toBe(200);
  });

  it('does not go over a connection of the next certificate, when that comes between finding and sending', async () => {
    const asked: (Credential | undefined)[] = [];
    const world = await boundWorld(([one, two]) => ({
      bind: () => ({
        credential: ({ rejected }) => {
          asked.push(rejected);
          if (asked.length > 1) return boundTo(two!, 'second');
          // The proof is made after the certificate was compared, and before the request is dispatched.
          const prove = (): string => {
            world.identities.turn(two);
            return 'proof';
          };
          return { ...boundTo(one!, 'first'), scheme: 'DPoP', prover: { thumbprint: 't', prove } };
        },
      }),
    }));
    const { service, inventory, second, tokens } = world;
    expect((await inventory.fetch('/', { method: 'POST', body: 'x' })).status).toBe(200);
    expect([tokens, asked]).toEqual([['Bearer second'], [undefined, undefined]]);
    expect(service.visits.map(({ certificate }) => certificate)).toEqual([nameOf(second.certificate)]);
  });
});
