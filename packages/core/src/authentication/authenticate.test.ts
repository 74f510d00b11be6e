import type { X509Certificate } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { PeerCertificate, RequestFacts } from '../credential/request-facts.ts';
import {
  certificateIdentity,
  factsWith,
  fakeCertificates,
  fakeTokens,
  standingClock,
  tokenIdentity,
} from '../enforcement/pipeline.test-kit.ts';
import { accept, refuse, type MaybePromise, type Outcome } from '../errors/outcome.ts';
import type { VerifiedIdentity } from '../identity/caller.ts';
import { all, type Acceptable } from './accept.ts';
import { createAuthentication } from './authenticate.ts';
import type { Authenticator } from './authenticator.ts';
import { otherPromise } from './other-promise.test-kit.ts';

const orders = 'spiffe://prod.test/orders';
const aliases = new Map([['oauth:https://issuer.test#orders', orders]]);
const peerCertificate: PeerCertificate = { chain: [{} as X509Certificate], tlsAuthorized: true };
const runtime = {
  clock: standingClock(),
  fetch: () => Promise.reject(new Error('no network')),
  notify: () => {},
  service: 'spiffe://prod.test/inventory',
  audience: ['https://inventory.test'],
};

function authenticate(accepted: readonly Acceptable[], facts: RequestFacts, table = aliases) {
  return createAuthentication(accepted, table, runtime).authenticate(facts);
}

const tokens = fakeTokens();
const certificates = fakeCertificates();
const bearer = { authorization: 'Bearer good' };
const badBearer = { authorization: 'Bearer bad' };
const both = [certificates, tokens];

describe('the caller', () => {
  test.each([
    ['a token', both, factsWith(bearer), ['access-token']],
    ['a certificate', both, factsWith({}, { peerCertificate }), ['client-certificate']],
    [
      'both, when either would do',
      both,
      factsWith(bearer, { peerCertificate }),
      ['client-certificate', 'access-token'],
    ],
    [
      'both, when both are demanded',
      [all(certificates, tokens)],
      factsWith(bearer, { peerCertificate }),
      ['client-certificate', 'access-token'],
    ],
    [
      'a token, on a connection whose certificate nobody reads',
      [tokens],
      factsWith(bearer, { peerCertificate }),
      ['access-token'],
    ],
    [
      'one alternative beside a stricter one',
      [all(certificates, tokens), certificates],
      factsWith({}, { peerCertificate }),
      ['client-certificate'],
    ],
  ])('is proven by %s', async (_title, accepted, facts, kinds) => {
    const outcome = await authenticate(accepted, facts);
    expect(outcome).toMatchObject({ ok: true, value: { id: orders } });
    expect(outcome.ok && outcome.value?.evidence.map(({ kind }) => kind)).toEqual(kinds);
  });

  test('is nobody when nothing is presented', async () => {
    expect(await authenticate(both, factsWith())).toEqual({ ok: true, value: undefined });
    expect(await authenticate([tokens], factsWith({}, { peerCertificate }))).toEqual({ ok: true, value: undefined });
  });

  test.each([
    ['a bad token', both, factsWith(badBearer), 'TOKEN_SIGNATURE_INVALID'],
    [
      'a bad token beside a good certificate',
      both,
      factsWith(badBearer, { peerCertificate }),
      'TOKEN_SIGNATURE_INVALID',
    ],
    [
      'a bad certificate beside a good token',
      [refusing(), tokens],
      factsWith(bearer, { peerCertificate }),
      'CERTIFICATE_UNTRUSTED',
    ],
    ['the token alone, when both are demanded', [all(certificates, tokens)], factsWith(bearer), 'CREDENTIAL_MISSING'],
    [
      'the certificate alone, when both are demanded',
      [all(certificates, tokens)],
      factsWith({}, { peerCertificate }),
      'CREDENTIAL_MISSING',
    ],
    ['a token nobody reads', [certificates], factsWith(bearer, { peerCertificate }), 'CREDENTIAL_UNSUPPORTED'],
    [
      'two Authorization lines',
      both,
      factsWith({ authorization: ['Bearer good', 'Bearer good'] }),
      'CREDENTIAL_MULTIPLE',
    ],
    ['a token in the query', both, factsWith({}, { target: '/stock?access_token=good' }), 'CREDENTIAL_MALFORMED'],
    [
      'a token in the header and one in the query',
      both,
      factsWith(bearer, { target: '/stock?access_token=good' }),
      'CREDENTIAL_MULTIPLE',
    ],
  ] satisfies [string, readonly Acceptable[], RequestFacts, string][])(
    'is refused with %s',
    async (_title, accepted, facts, reason) => {
      expect(await authenticate(accepted, facts)).toMatchObject({ ok: false, reason });
    },
  );

  test('is refused when the two name different workloads', async () => {
    const facts = factsWith(bearer, { peerCertificate });
    expect(await authenticate(both, facts, new Map())).toMatchObject({ ok: false, reason: 'IDENTITY_CONFLICT' });
    const gateway = fakeCertificates(certificateIdentity({ workload: 'spiffe://prod.test/gateway' }));
    expect(await authenticate([gateway, tokens], facts)).toMatchObject({ ok: false, reason: 'IDENTITY_CONFLICT' });
  });

  test('expires with the first of its proofs', async () => {
    const outcome = await authenticate(both, factsWith(bearer, { peerCertificate }));
    expect(outcome.ok && outcome.value?.expiresAt).toBe(tokenIdentity().expiresAt);
  });
});

function refusing(): Authenticator {
  return {
    ...certificates,
    bind: () => ({ authenticate: () => refuse('CERTIFICATE_UNTRUSTED', 'path') }),
  };
}

describe('an authenticator that answers', () => {
  const certificateOf = (answer: () => MaybePromise<Outcome<VerifiedIdentity>>): Authenticator => ({
    ...certificates,
    bind: () => ({ authenticate: answer }),
  });
  const facts = factsWith(badBearer, { peerCertificate });

  test.each([
    ['at once', () => accept(certificateIdentity())],
    ['later', async () => accept(certificateIdentity())],
    // A promise of another make was taken for the answer once, and what came after it was never verified.
    ['by a promise of another make', () => otherPromise(accept(certificateIdentity()))],
  ])('%s does not end the check: the next credential is verified too', async (_title, answer) => {
    const mechanism = certificateOf(answer as () => Outcome<VerifiedIdentity>);
    expect(await authenticate([mechanism, tokens], facts)).toMatchObject({ reason: 'TOKEN_SIGNATURE_INVALID' });
    const good = factsWith(bearer, { peerCertificate });
    expect(await authenticate([mechanism, tokens], good)).toMatchObject({ ok: true, value: { id: orders } });
  });

  test.each([
    [
      'throws',
      () => {
        throw new Error('broken');
      },
    ],
    ['rejects', () => Promise.reject(new Error('broken'))],
    ['is undefined', () => undefined],
    ['is null', () => null],
    ['is true', () => true],
  ])('%s makes no caller', async (_title, answer) => {
    const mechanism = certificateOf(answer as never);
    const authenticated = async () => authenticate([mechanism], factsWith({}, { peerCertificate }));
    await expect(authenticated()).rejects.toBeInstanceOf(Error);
  });
});

describe('the mechanisms', () => {
  function counted(): { mechanism: Authenticator; calls: string[] } {
    const calls: string[] = [];
    const bind: Authenticator['bind'] = () => {
      calls.push('bind');
      return {
        authenticate: () => accept(certificateIdentity()),
        ready: async () => void calls.push('ready'),
        close: async () => void calls.push('close'),
      };
    };
    return { mechanism: { ...certificates, bind }, calls };
  }

  test('are connected once, however often they are written', async () => {
    const { mechanism, calls } = counted();
    const authentication = createAuthentication([mechanism, all(mechanism, tokens)], aliases, runtime);
    await authentication.ready();
    await authentication.close();
    expect(calls).toEqual(['bind', 'ready', 'close']);
    expect([...authentication.kinds]).toEqual(['client-certificate', 'bearer-token']);
  });

  test('are not ready while one of them is not', async () => {
    const { mechanism } = counted();
    const notReady: Authenticator = {
      ...tokens,
      bind: () => ({
        authenticate: () => refuse('INTERNAL_FAULT', 'x'),
        ready: () => Promise.reject(new Error('no keys')),
      }),
    };
    await expect(createAuthentication([mechanism, notReady], aliases, runtime).ready()).rejects.toThrow('no keys');
  });
});

test('an alternative that demands several is frozen, and lists them', () => {
  const demanded = all(certificates, tokens);
  expect(demanded.all).toEqual([certificates, tokens]);
  expect(Object.isFrozen(demanded) && Object.isFrozen(demanded.all)).toBe(true);
});
