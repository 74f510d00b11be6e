/** Tokens that are bound to a key (RFC 9449) or to a certificate (RFC 8705 §3), from a real issuer and from one that lies. */
import {
  clientSecret,
  dpopProver,
  parseJws,
  Secret,
  tlsClientAuth,
  verifyDpopProof,
  type ClientAuthentication,
} from '@countersign/core';
import { createTestIssuer, type TestAuthority, type TestIssuer } from '@countersign/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { audience, authority, credentialsAt, faultOf, json, startIssuer, testClock } from '../client.test-kit.ts';
import { clientCredentials, serverTls, type Credential } from '../index.ts';
import { identityFrom, identitySource } from '../connection/rotation.test-kit.ts';
import { claimsIn, work } from './source.test-kit.ts';

const id = 'spiffe://prod.test/orders';
const secret = new Secret('a secret of this test');
let trusted: TestAuthority;
let issuer: TestIssuer;

beforeAll(async () => {
  trusted = await authority();
  const scopes = ['inventory:read'];
  issuer = await createTestIssuer({
    authority: trusted,
    clients: [
      { clientId: 'proving', clientSecret: secret, dpopBound: true, scopes },
      { clientId: 'named', certificateName: { uri: id }, certificateBound: true, scopes },
      { clientId: 'both', certificateName: { uri: id }, certificateBound: true, scopes },
    ],
    resources: [{ audience, scopes }],
    requireDpopNonce: true,
  });
});

afterAll(() => issuer.close());

function bindingOf(credential: Credential): unknown {
  return claimsIn(credential)['cnf'];
}

describe('a token that is bound to a key', () => {
  const proving = () => {
    const prover = dpopProver();
    const tls = serverTls({ ca: trusted.bundlePem });
    const clientAuthentication = clientSecret({ clientId: 'proving', clientSecret: secret });
    return { prover, options: { issuer: issuer.issuer, clientAuthentication, tls, dpop: prover } };
  };

  it('carries its thumbprint and comes with its prover; the nonce of the issuer is learned by one more request', async () => {
    const { prover, options } = proving();
    const before = issuer.tokenRequests.length;
    const { get } = work(clientCredentials(options));
    const credential = await get();
    expect(credential).toMatchObject({ scheme: 'DPoP', prover });
    expect(bindingOf(credential)).toEqual({ jkt: prover.thumbprint });
    expect(issuer.tokenRequests.slice(before).map(({ status }) => status)).toEqual([400, 200]);
  });

  it('is asked for with the newest nonce from then on', async () => {
    const { options } = proving();
    const clock = testClock();
    const { source, get } = work(clientCredentials(options), clock);
    await get();
    const before = issuer.tokenRequests.length;
    clock.ticks += 300_000;
    await get();
    expect(issuer.tokenRequests.slice(before).map(({ status }) => status)).toEqual([200]);
    issuer.rotateDpopNonce();
    issuer.rotateDpopNonce();
    clock.ticks += 300_000;
    await get();
    expect(issuer.tokenRequests.slice(before).map(({ status }) => status)).toEqual([200, 400, 200]);
    expect(source.credential({})).not.toBeInstanceOf(Promise);
  });

  it('is proven by a new proof for each attempt, for the token endpoint, without a token', async () => {
    const stub = await startIssuer();
    const prover = dpopProver();
    stub.onToken = (_one, response) => {
      response.setHeader('dpop-nonce', `nonce-${stub.asked.length}`);
      if (stub.asked.length === 1) json(response, 400, { error: 'use_dpop_nonce' });
      else json(response, 200, { access_token: 't', token_type: 'DPoP', expires_in: 300 });
    };
    await work(await credentialsAt(stub, { dpop: prover })).get();
    const proofs = stub.asked.map(({ headers }) => String(headers['dpop']));
    const claims = proofs.map((proof) => {
      const parsed = parseJws(proof);
      return parsed.ok ? parsed.value.payload : {};
    });
    expect(claims.map(({ nonce }) => nonce)).toEqual([undefined, 'nonce-1']);
    expect(new Set(claims.map(({ jti }) => jti)).size).toBe(2);
    for (const [index, proof] of proofs.entries()) {
      const wanted = { method: 'POST', url: `${stub.origin}/token`, now: Date.now() };
      expect(verifyDpopProof(proof, wanted).ok).toBe(true);
      expect(claims[index]).not.toHaveProperty('ath');
    }
  });

  it.each<[string, boolean, object, object]>([
    ['a bearer token in its place', true, { token_type: 'Bearer' }, { check: 'token_type', expected: 'DPoP' }],
    ['one of no known type', true, { token_type: 'mac' }, { check: 'token_type' }],
    ['one of no type', true, { token_type: undefined }, {}],
    [
      'it where a bearer token was asked for',
      false,
      { token_type: 'DPoP' },
      { check: 'token_type', expected: 'Bearer' },
    ],
  ])('is no silent matter: %s is refused', async (_name, isAsked, change, detail) => {
    const stub = await startIssuer();
    stub.onToken = (_one, response) =>
      json(response, 200, { access_token: 't', token_type: 'DPoP', expires_in: 300, ...change });
    const source = await credentialsAt(stub, isAsked ? { dpop: dpopProver() } : {});
    expect(await faultOf(work(source).get())).toMatchObject({ code: 'ISSUER_RESPONSE_INVALID', detail });
    expect(stub.asked).toHaveLength(1);
  });

  it.each<[string, (count: number) => string | undefined, number]>([
    ['always asks for another nonce', (count) => `nonce-${count}`, 2],
    ['asks for a nonce and gives none', () => undefined, 1],
    ['gives a nonce that is none', () => 'no "nonce"', 1],
    ['gives a nonce without end', () => 'x'.repeat(513), 1],
  ])('is not asked for again and again when the issuer %s', async (_name, nonceOf, requests) => {
    const stub = await startIssuer();
    stub.onToken = (_one, response) => {
      const nonce = nonceOf(stub.asked.length);
      if (nonce !== undefined) response.setHeader('dpop-nonce', nonce);
      json(response, 400, { error: 'use_dpop_nonce' });
    };
    const fault = await faultOf(work(await credentialsAt(stub, { dpop: dpopProver() })).get());
    expect(fault).toMatchObject({ code: 'CREDENTIAL_REFUSED', detail: { actual: 'use_dpop_nonce' } });
    expect(stub.asked).toHaveLength(requests);
  });
});

describe('a token that is bound to a certificate', () => {
  const set = async (changes: object = {}) => {
    const [first, second] = await Promise.all([trusted.issue({ id }), trusted.issue({ id })]);
    const { source: identity, turn } = identitySource(identityFrom(first));
    const tls = serverTls({ ca: trusted.bundlePem, identity });
    const clientAuthentication = tlsClientAuth({ clientId: 'named' });
    const options = { issuer: issuer.issuer, clientAuthentication, tls, certificateBound: true, ...changes };
    return { ...work(clientCredentials(options)), turn, second: identityFrom(second) };
  };

  it('says which one, and is asked for anew when the certificate changes', async () => {
    const { source, get, turn, second } = await set();
    const credential = await get();
    expect(bindingOf(credential)).toEqual({ 'x5t#S256': credential.certificateThumbprint });
    expect(source.credential({})).toBe(credential);
    turn(second);
    const next = await get();
    expect(bindingOf(next)).toEqual({ 'x5t#S256': next.certificateThumbprint });
    expect(next.certificateThumbprint).not.toBe(credential.certificateThumbprint);
    expect(source.credential({})).toBe(next);
  });

  it('is not given out while there is no certificate', async () => {
    const { get, turn, second } = await set();
    await get();
    turn(undefined);
    expect(await faultOf(get())).toMatchObject({ code: 'IDENTITY_UNAVAILABLE' });
    turn(second);
    expect((await get()).certificateThumbprint).toBeDefined();
  });

  it('is asked for once more when the certificate changes under the request', async () => {
    const proof = tlsClientAuth({ clientId: 'named' });
    let proofs = 0;
    const clientAuthentication: ClientAuthentication = {
      ...proof,
      prove: async (form) => {
        proofs += 1;
        await proof.prove(form);
        if (proofs === 1) changing.turn(changing.second);
      },
    };
    const changing = await set({ clientAuthentication });
    const before = issuer.tokenRequests.length;
    const credential = await changing.get();
    expect(bindingOf(credential)).toEqual({ 'x5t#S256': credential.certificateThumbprint });
    expect([proofs, issuer.tokenRequests.length - before]).toEqual([2, 1]);
    expect(changing.notices).toEqual([]);
  });

  it('can be bound to a key as well', async () => {
    const dpop = dpopProver();
    const { get } = await set({ dpop, clientAuthentication: tlsClientAuth({ clientId: 'both' }) });
    const credential = await get();
    expect(bindingOf(credential)).toMatchObject({ jkt: dpop.thumbprint });
    expect(credential).toMatchObject({ scheme: 'DPoP', prover: dpop });
  });
});
