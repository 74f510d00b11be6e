/** Tokens that are bound to a key: a proof for each attempt, and the nonce that a service wants (RFC 9449 §4, §8, §9). */
import { Secret } from '@countersign/core';
import { describe, expect, it } from 'vitest';
import { audience, authority, client, faultOf, json, serve, testClock, type Answer } from '../client.test-kit.ts';
import { bearer, notingProver, readProof, sourceOf } from '../credential/fixed-credentials.test-kit.ts';
import { serverTls, type Credential, type ServiceRequest } from '../index.ts';

function bound(token = 'bound'): Credential {
  return { scheme: 'DPoP', token: new Secret(token), prover: notingProver() };
}

async function dpopWorld(answer: Answer, ...credentials: readonly Credential[]) {
  const server = await serve(answer);
  const tls = serverTls({ ca: (await authority()).bundlePem });
  const { source, asked } = sourceOf(...(credentials.length === 0 ? [bound()] : credentials));
  const clock = testClock();
  const inventory = client({ baseUrl: server.origin, audience, credentials: source, tls, clock });
  const proofs = () => server.seen.map(({ headers }) => readProof(headers['dpop']));
  return { server, inventory, asked, clock, proofs };
}

const wantsNonce = 'DPoP error="use_dpop_nonce", error_description="a nonce is required"';

/** Answers 401 until the proof carries the nonce. */
function demanding(nonce: () => string, challenge = wantsNonce): Answer {
  return ({ headers }, response) => {
    const isGiven = readProof(headers['dpop']).nonce === nonce();
    if (!isGiven) response.setHeader('www-authenticate', challenge);
    json(response.setHeader('dpop-nonce', nonce()), isGiven ? 200 : 401, {});
  };
}

describe('a token that is bound to a key', () => {
  it('goes out with a proof for this method, URL and token, made now, and a new one for each call', async () => {
    const { server, inventory, clock, proofs } = await dpopWorld((_one, response) => json(response, 200, {}));
    await inventory.fetch('/stock?sku=1', { method: 'post', body: 'x' });
    await inventory.fetch('/stock?sku=1', { method: 'post', body: 'x' });
    expect(server.seen.map(({ headers }) => headers.authorization)).toEqual(['DPoP bound', 'DPoP bound']);
    const proof = { method: 'POST', url: `${server.origin}/stock?sku=1`, token: 'bound', now: clock.wall };
    expect(proofs()).toEqual([
      { ...proof, jti: 1 },
      { ...proof, jti: 2 },
    ]);
  });

  it.each<readonly [string, Partial<Credential>]>([
    ['DPoP without a prover', { scheme: 'DPoP' }],
    ['Bearer with a prover', { scheme: 'Bearer', prover: notingProver() }],
    ['a scheme of its own', { scheme: 'Basic' as never }],
    [
      'a prover that fails',
      {
        scheme: 'DPoP',
        prover: {
          thumbprint: 't',
          prove: () => {
            throw new Error('canary');
          },
        },
      },
    ],
  ])('does not go out with %s', async (_name, odd) => {
    const credential = { token: new Secret('canary'), ...odd } as Credential;
    const { server, inventory } = await dpopWorld((_one, response) => json(response, 200, {}), credential);
    const fault = await faultOf(inventory.fetch('/'));
    expect(fault).toMatchObject({ code: 'CREDENTIAL_UNAVAILABLE', requestSent: 'never' });
    expect(String(fault)).not.toContain('canary');
    expect(server.seen).toEqual([]);
  });

  it('cannot be given a proof by the request', async () => {
    const { server, inventory } = await dpopWorld((_one, response) => json(response, 200, {}));
    const request = { headers: { DPoP: 'x' } } as unknown as ServiceRequest;
    expect(await faultOf(inventory.fetch('/', request))).toMatchObject({ code: 'HEADER_REFUSED' });
    expect(server.seen).toEqual([]);
  });
});

describe('a nonce', () => {
  it('that the service demands is taken, and the call sent once more, with the same token', async () => {
    let nonce = 'first';
    const { inventory, asked, proofs } = await dpopWorld(demanding(() => nonce));
    expect((await inventory.fetch('/', { method: 'POST', body: 'x' })).status).toBe(200);
    expect((await inventory.fetch('/')).status).toBe(200);
    nonce = 'second';
    expect((await inventory.fetch('/')).status).toBe(200);
    expect(proofs().map((proof) => [proof.jti, proof.nonce])).toEqual([
      [1, undefined],
      [2, 'first'],
      [3, 'first'],
      [4, 'first'],
      [5, 'second'],
    ]);
    expect(asked).toEqual([undefined, undefined, undefined]);
  });

  it('comes from any answer, the newest counts', async () => {
    let given = 'a';
    const { inventory, proofs } = await dpopWorld((_one, response) =>
      json(response.setHeader('dpop-nonce', given), given === 'b' ? 404 : 200, {}),
    );
    await inventory.fetch('/');
    given = 'b';
    await inventory.fetch('/');
    await inventory.fetch('/');
    expect(proofs().map((proof) => proof.nonce)).toEqual([undefined, 'a', 'b']);
  });

  it.each([
    ['with a space', 'a b'],
    ['with a quote', 'a"b'],
    ['that is empty', ''],
    ['that is too long', 'a'.repeat(513)],
    ['twice', ['a', 'b']],
  ])('%s is as if absent, and the 401 is the answer', async (_name, nonce) => {
    const { server, inventory, proofs } = await dpopWorld((_one, response) =>
      json(response.setHeader('dpop-nonce', nonce).setHeader('www-authenticate', wantsNonce), 401, {}),
    );
    expect((await inventory.fetch('/')).status).toBe(401);
    await inventory.fetch('/');
    expect(proofs().map((proof) => proof.nonce)).toEqual([undefined, undefined]);
    expect(server.seen).toHaveLength(2);
  });

  it('that the service never takes ends after one more call, and takes no token away', async () => {
    let count = 0;
    const { server, inventory, asked } = await dpopWorld(
      (_one, response) =>
        json(response.setHeader('dpop-nonce', `n${(count += 1)}`).setHeader('www-authenticate', wantsNonce), 401, {}),
      bound('one'),
      bound('two'),
    );
    expect((await inventory.fetch('/')).status).toBe(401);
    expect(server.seen).toHaveLength(2);
    expect(asked).toEqual([undefined]);
  });

  it('that is wanted of a stream is not answered by a second call', async () => {
    const { server, inventory } = await dpopWorld(demanding(() => 'n'));
    const body = new Blob(['text']).stream();
    expect((await inventory.fetch('/', { method: 'POST', body })).status).toBe(401);
    expect(server.seen).toHaveLength(1);
  });

  it.each([
    ['another error', 'DPoP error="invalid_token"'],
    ['another scheme', 'Bearer error="use_dpop_nonce"'],
    ['words in a description', 'DPoP error="invalid_token", error_description="no use_dpop_nonce"'],
  ])('is not what a 401 is about with %s: the token is replaced', async (_name, challenge) => {
    const first = bound('one');
    const { server, inventory, asked } = await dpopWorld(
      ({ headers }, response) => {
        const isFirst = headers.authorization === 'DPoP one';
        json(response.setHeader('dpop-nonce', 'n').setHeader('www-authenticate', challenge), isFirst ? 401 : 200, {});
      },
      first,
      bound('two'),
    );
    expect((await inventory.fetch('/')).status).toBe(200);
    expect(asked).toEqual([undefined, first]);
    expect(server.seen.map(({ headers }) => headers.authorization)).toEqual(['DPoP one', 'DPoP two']);
  });

  it('and a refused token can both come in one call, each once', async () => {
    const { server, inventory } = await dpopWorld(
      ({ headers }, response) => {
        if (readProof(headers['dpop']).nonce !== 'n')
          demanding(() => 'n')({ headers } as never, response, null as never);
        else json(response, headers.authorization === 'DPoP one' ? 401 : 200, {});
      },
      bound('one'),
      bound('two'),
    );
    expect((await inventory.fetch('/')).status).toBe(200);
    expect(server.seen.map(({ headers }) => headers.authorization)).toEqual(['DPoP one', 'DPoP one', 'DPoP two']);
  });

  it('means nothing to a client with bearer tokens', async () => {
    const { server, inventory, asked } = await dpopWorld(
      (_one, response) =>
        json(response.setHeader('dpop-nonce', 'n').setHeader('www-authenticate', wantsNonce), 401, {}),
      bearer('one'),
    );
    expect((await inventory.fetch('/')).status).toBe(401);
    expect(server.seen.map(({ headers }) => headers['dpop'])).toEqual([undefined]);
    expect(asked).toHaveLength(2);
  });
});
