import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import type { AccessTokenOptions } from '../authentication/access-token-options.ts';
import { accessToken } from '../authentication/access-token.ts';
import { certificateIdentity, factsWith, fakeCertificates, service } from '../enforcement/pipeline.test-kit.ts';
import type { Caller } from '../identity/caller.ts';
import { compileRequirement } from '../policy/requirement.ts';
import { jwkThumbprint } from '../signature/jwk-thumbprint.ts';
import { signingKey } from '../signature/signing-key.test-kit.ts';
import { createMemoryReplayStore } from '../store/memory-replay-store.ts';
import { athOf, proofWith } from '../token/dpop.test-kit.ts';
import { answerWith, AskedIssuer, authentication } from '../token/introspection.test-kit.ts';
import { audience, issuer, now, tokenWith } from '../token/token.test-kit.ts';
import { subjectTokenOf } from './subject-token.ts';

const jwks = { keys: [signingKey('ES256').jwk] };
const anybody = compileRequirement({ anyCaller: 'a test' }, 'a test');
const clock = { now: () => now * 1000, monotonic: () => 0 };
const forUser = { sub: 'user-1', scope: 'a b', may_act: { sub: 'inventory' } };

/** Answers the caller of a request with this token. */
function callersOf(options: AccessTokenOptions = { issuer, jwks }, more: object = {}) {
  const { auth } = service({ accept: [accessToken(options)], audience, clock, ...more });
  return async (token: string, scheme = 'Bearer'): Promise<Caller> => {
    const verdict = await auth.check(factsWith({ authorization: `${scheme} ${token}` }), anybody);
    if (verdict.outcome !== 'allowed' || verdict.caller === undefined) throw new Error('broken test');
    return verdict.caller;
  };
}

describe('the token of a subject', () => {
  test('is that of the request, with what limits its use', async () => {
    const token = tokenWith(forUser);
    const kept = subjectTokenOf(await callersOf()(token));
    expect(kept?.token.expose()).toBe(token);
    expect(kept).toMatchObject({
      issuer,
      expiresAt: (now + 290) * 1000,
      scopes: new Set(['a', 'b']),
      mayAct: { subject: 'inventory' },
    });
  });

  test('is opaque when the one of the request is', async () => {
    const asked = new AskedIssuer();
    asked.answer = () => Response.json(answerWith({ sub: 'user-1' }));
    const callerOf = callersOf({ issuer, jwks, introspection: { authentication } }, { fetch: asked.fetch });
    expect(subjectTokenOf(await callerOf('opaque-token'))?.token.expose()).toBe('opaque-token');
  });

  test.each<[string, Partial<AccessTokenOptions>]>([
    ['remembered', {}],
    ['verified anew each time', { cache: false }],
  ])('belongs to its own user, when tokens are %s', async (_, cache) => {
    const callerOf = callersOf({ issuer, jwks, ...cache } as AccessTokenOptions);
    const tokens = ['user-1', 'user-2'].map((sub) => tokenWith({ ...forUser, sub }));
    for (const token of [...tokens, ...tokens]) {
      expect(subjectTokenOf(await callerOf(token))?.token.expose()).toBe(token);
    }
  });

  test('stays with its caller when a store could not tell whether it is revoked', async () => {
    const revocation = { revokedUntil: () => Promise.reject(new Error('down')) };
    const waiver = { reason: 'a test', owner: 'tests', expires: '2999-12-31' };
    const callerOf = callersOf({ issuer, jwks, revocation, allowRevocationStoreOutage: waiver });
    const token = tokenWith(forUser);
    expect(subjectTokenOf(await callerOf(token))?.token.expose()).toBe(token);
  });

  test('may be bound to a key of the caller, by a proof', async () => {
    const key = signingKey('ES256', 'dpop');
    const token = tokenWith({ ...forUser, cnf: { jkt: jwkThumbprint(key.jwk) } });
    const dpop = { origin: audience, replayStore: createMemoryReplayStore({ clock }) };
    const { auth } = service({ accept: [accessToken({ issuer, jwks, dpop })], audience, clock });
    const proof = proofWith({ htu: `${audience}/stock/42`, ath: athOf(token) });
    const headers = { authorization: `DPoP ${token}`, dpop: proof };
    const verdict = await auth.check(factsWith(headers), anybody);
    const { caller } = verdict as { readonly caller?: Caller };
    expect(caller?.assurance).toBe('high');
    expect(caller && subjectTokenOf(caller)?.token.expose()).toBe(token);
  });

  test('stays with a caller that shows a certificate as well', async () => {
    const workload = 'spiffe://prod.test/orders';
    const aliases = { [workload]: [`oauth:${issuer}#orders`] };
    const { auth } = service({
      accept: [accessToken({ issuer, jwks }), fakeCertificates(certificateIdentity({ workload }))],
      audience,
      clock,
      aliases,
    });
    const token = tokenWith(forUser);
    const peerCertificate = { chain: [], tlsAuthorized: true } as never;
    const verdict = await auth.check(factsWith({ authorization: `Bearer ${token}` }, { peerCertificate }), anybody);
    const { caller } = verdict as { readonly caller?: Caller };
    expect(caller?.evidence).toHaveLength(2);
    expect(caller && subjectTokenOf(caller)?.token.expose()).toBe(token);
  });

  test.each<[string, Readonly<Record<string, unknown>>]>([
    ['calls for itself', {}],
    ['acts for itself', { sub: 'gateway', act: { sub: 'gateway' } }],
  ])('does not exist for a client that %s', async (_, claims) => {
    expect(subjectTokenOf(await callersOf()(tokenWith(claims)))).toBeUndefined();
  });

  test('does not exist for a copy of the caller', async () => {
    const caller = await callersOf()(tokenWith(forUser));
    expect(subjectTokenOf({ ...caller })).toBeUndefined();
  });

  test('shows in no member of the caller, however it is printed or copied', async () => {
    const token = tokenWith(forUser);
    const caller = await callersOf()(token);
    const signature = token.slice(token.lastIndexOf('.') + 1);
    const shown = [
      JSON.stringify(caller),
      inspect(caller, { depth: Infinity, showHidden: true }),
      inspect(structuredClone(caller), { depth: Infinity, showHidden: true }),
      JSON.stringify(Reflect.ownKeys(caller).map((key) => caller[key as keyof Caller])),
      inspect(subjectTokenOf(caller), { depth: Infinity, showHidden: true }),
      JSON.stringify(subjectTokenOf(caller)),
    ];
    for (const text of shown) expect(text).not.toContain(signature);
  });
});
