import { describe, expect, test } from 'vitest';
import type { PeerCertificate } from '../credential/request-facts.ts';
import { accept } from '../errors/outcome.ts';
import { compileRequirement } from '../policy/requirement.ts';
import { judgeCall } from './judge-call.ts';
import {
  certificateIdentity,
  factsWith,
  fakeCertificates,
  fakeTokens,
  service,
  standingClock,
  startOfTest,
  summary,
  tokenIdentity,
} from './pipeline.test-kit.ts';

const readStock = compileRequirement({ scope: 'inventory:read' }, 'a test');
const writeStock = compileRequirement({ scope: 'inventory:write' }, 'a test');
const good = { authorization: 'Bearer good' };
const peer = { tlsAuthorized: true, chain: [{}] } as unknown as PeerCertificate;

describe('narrow and recheck', () => {
  test('a second requirement is decided without verifying again, under the same request id', async () => {
    let verified = 0;
    const counting = fakeTokens(() => {
      verified += 1;
      return accept(tokenIdentity());
    });
    const { auth, events } = service({ accept: [counting] });
    const facts = factsWith(good);
    const first = await auth.check(facts, readStock);
    const second = await auth.narrow(facts, first.context, writeStock);
    expect([summary(first), summary(second), verified]).toEqual(['allowed', '403 SCOPE_INSUFFICIENT', 1]);
    expect(new Set(events.map((one) => one['request.id'])).size).toBe(1);
    expect(new Set(events.map((one) => one.trace_id)).size).toBe(1);
  });

  test('a caller whom one requirement refused is not verified again for the next', async () => {
    let verified = 0;
    const counting = fakeTokens(() => {
      verified += 1;
      return accept(tokenIdentity());
    });
    const { auth } = service({ accept: [counting] });
    const [facts, carrier] = [factsWith(good), {}];
    const first = await judgeCall(auth, { facts, carrier, requirement: writeStock });
    const second = await judgeCall(auth, { facts, carrier, requirement: readStock });
    expect([summary(first), summary(second), verified]).toEqual(['403 SCOPE_INSUFFICIENT', 'allowed', 1]);
  });

  test('what another service in the process let through is verified anew', async () => {
    const facts = factsWith({ authorization: 'Bearer of-the-partner' });
    const partner = service({ accept: [fakeTokens(() => accept(tokenIdentity()))] });
    const { auth, events } = service();
    const first = await partner.auth.check(facts, readStock);
    expect(summary(first)).toBe('allowed');
    expect(summary(await auth.narrow(facts, first.context, readStock))).toBe('401 TOKEN_SIGNATURE_INVALID');
    expect(summary(await auth.narrow(facts, { ...first.context }, readStock))).toBe('401 TOKEN_SIGNATURE_INVALID');
    expect(summary(await auth.narrow(factsWith(good), first.context, readStock))).toBe('allowed');
    expect(new Set(events.map((one) => one.trace_id))).toEqual(new Set([first.context.trace.traceId]));
  });

  test('a proof that ran out in between is refused', async () => {
    const clock = standingClock();
    const { auth } = service({ clock });
    const facts = factsWith(good);
    const first = await auth.check(facts, readStock);
    if (first.outcome !== 'allowed' || first.caller === undefined) throw new Error('broken test');
    clock.at = startOfTest + 289_999;
    expect(auth.recheck(first.caller).ok).toBe(true);
    clock.at = startOfTest + 290_000;
    expect(auth.recheck(first.caller)).toMatchObject({ ok: false, reason: 'TOKEN_EXPIRED' });
    expect(summary(await auth.narrow(facts, first.context, readStock))).toBe('401 TOKEN_EXPIRED');
  });

  test('an expired certificate is named as such', async () => {
    const clock = standingClock();
    const identity = certificateIdentity();
    const { auth } = service({ clock, accept: [fakeCertificates(identity)] });
    const verdict = await auth.check(
      factsWith({}, { peerCertificate: peer }),
      compileRequirement({ anyCaller: 'a test' }, 'a test'),
    );
    if (verdict.outcome !== 'allowed' || verdict.caller === undefined) throw new Error('broken test');
    clock.at = identity.expiresAt;
    expect(auth.recheck(verdict.caller)).toMatchObject({ ok: false, reason: 'CERTIFICATE_EXPIRED' });
  });
});

test('ready waits for every mechanism and rejects with it; close closes them', async () => {
  let closed = 0;
  const mechanism = {
    ...fakeTokens(),
    bind: () => ({
      ...fakeTokens().bind(undefined as never),
      ready: () => Promise.reject(new Error('no keys')),
      close: async () => void (closed += 1),
    }),
  };
  const { auth } = service({ accept: [mechanism] });
  await expect(auth.ready()).rejects.toThrow('no keys');
  await auth.close();
  expect(closed).toBe(1);
});
