import { describe, expect, test } from 'vitest';
import { combineIdentities } from '../authentication/combine-identities.ts';
import { certificateIdentity, startOfTest, tokenEvidence, tokenIdentity } from '../enforcement/pipeline.test-kit.ts';
import type { VerifiedIdentity } from '../identity/caller.ts';
import type { Evidence, TokenBinding } from '../identity/evidence.ts';
import { compileRequirement } from './requirement.ts';

const aliases = new Map([['oauth:https://issuer.test#orders', 'spiffe://prod.test/orders']]);
const bound = (binding: TokenBinding): VerifiedIdentity => tokenIdentity({ evidence: { ...tokenEvidence, binding } });
const bearer = bound('none');
const unknown = tokenIdentity({
  evidence: { ...tokenEvidence, kind: 'api-key', binding: 'jkt' } as unknown as Evidence,
});
const through = (hop: string): VerifiedIdentity => {
  const { workload, trustDomain } = certificateIdentity();
  return certificateIdentity({
    evidence: { kind: 'forwarded-certificate', workload, trustDomain, format: 'xfcc', hop, element: 1 },
  });
};
const missing = 'BINDING_MISSING by requirement.senderConstrained';

describe('who is proven by a key that it holds', () => {
  test.each<[string, readonly [VerifiedIdentity, ...VerifiedIdentity[]], string]>([
    ['a certificate', [certificateIdentity()], 'allow'],
    ['a token bound to a certificate', [bound('x5t#S256')], 'allow'],
    ['a token bound to a DPoP key', [bound('jkt')], 'allow'],
    ['a bearer token beside the certificate of its workload', [certificateIdentity(), bearer], 'allow'],
    ['a certificate through a proven proxy', [through('spiffe://prod.test/ingress')], 'allow'],
    ['a token bound to it', [through('loopback'), bound('x5t#S256')], 'allow'],
    ['a certificate through whoever has an address', [through('address')], missing],
    ['a token bound to such a certificate', [through('address'), bound('x5t#S256')], missing],
    ['a token bound to a DPoP key beside it', [through('address'), bound('jkt')], 'allow'],
    ['a bearer token', [bearer], missing],
    ['a kind of evidence nobody knows', [unknown], missing],
    ['two bearer tokens', [bearer, bearer], missing],
  ])('%s', (_case, identities, expected) => {
    const caller = combineIdentities(identities, aliases);
    if (!caller.ok) throw new Error('the caller of the test is broken');
    const requirement = { caller: 'spiffe://prod.test/orders', senderConstrained: true } as const;
    const decision = compileRequirement(requirement, 'a test').decide(caller.value, startOfTest);
    expect(decision.effect === 'allow' ? 'allow' : `${decision.reason} by ${decision.rule}`).toBe(expected);
  });
});
