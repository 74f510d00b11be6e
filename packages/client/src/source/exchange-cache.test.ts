/** Tokens of subjects in the cache: nobody gets one of another, and none outlives what it was traded for. */
import type { Caller } from '@countersign/core';
import { describe, expect, it } from 'vitest';
import { faultOf, json } from '../client.test-kit.ts';
import { credentialsSeen, exchangeWorld, formOf, traded, tradeEach } from './exchange.test-kit.ts';

/** Who a token of these tests speaks for. */
function nameOf(token = ''): string {
  const [, payload = ''] = token.split('.');
  const { sub, tenant } = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Record<string, string>;
  return `${sub} of ${tenant}`;
}

describe('traded tokens', () => {
  it('of two users in two tenants never meet, with fifty calls of each at once', async () => {
    const { payments, callerOf, issuer, service } = await exchangeWorld();
    issuer.onToken = (one, response) => {
      const name = nameOf(formOf(one)['subject_token']);
      json(response, 200, traded({ access_token: Buffer.from(name).toString('base64url') }));
    };
    const names = ['alice of acme', 'alice of globex', 'bob of acme', 'bob of globex'];
    const callers = new Map<string, Caller>();
    for (const name of names) {
      const [sub, , tenant] = name.split(' ');
      callers.set(name, await callerOf({ sub, tenant }));
    }
    const calls = Array.from({ length: 200 }, async (_unused, index) => {
      const name = names[index % names.length] ?? '';
      const answer = await payments.fetch(`/${encodeURIComponent(name)}`, { onBehalfOf: callers.get(name) as Caller });
      await answer.text();
    });
    await Promise.all(calls);
    expect(issuer.asked).toHaveLength(names.length);
    expect(service.seen).toHaveLength(200);
    for (const { url, headers } of service.seen) {
      const [, token = ''] = headers.authorization?.split(' ') ?? [];
      expect(Buffer.from(token, 'base64url').toString()).toBe(decodeURIComponent(url.slice(1)));
    }
  }, 120_000);

  it('are kept per token of the subject: a fresh login is a fresh exchange', async () => {
    const { payments, callerOf, service } = await exchangeWorld();
    const first = await callerOf({ jti: 'login-1' });
    const second = await callerOf({ jti: 'login-2' });
    for (const caller of [first, second, first, second]) await payments.fetch('/', { onBehalfOf: caller });
    expect(credentialsSeen(service)).toEqual(
      ['traded-1', 'traded-2', 'traded-1', 'traded-2'].map((t) => `Bearer ${t}`),
    );
  });

  it('end with the token of the subject, when the issuer lets them live longer', async () => {
    const { payments, callerOf, clock, issuer, notices } = await exchangeWorld();
    issuer.onToken = tradeEach({ expires_in: 86_400 });
    const caller = await callerOf();
    for (const seconds of [0, 100, 150, 49]) {
      clock.advance(seconds);
      expect((await payments.fetch('/', { onBehalfOf: caller })).status).toBe(200);
    }
    // Nothing is to be gained by another one, so it is not renewed ahead either.
    expect(issuer.asked).toHaveLength(1);
    expect(notices.map(({ code }) => code)).not.toContain('TOKEN_RENEWED');
  });

  it('are not sent when the token of the subject has ended while the issuer was asked', async () => {
    const { payments, callerOf, clock, issuer, service } = await exchangeWorld();
    issuer.onToken = (...asked) => {
      clock.advance(300);
      tradeEach({ expires_in: 3_600 })(...asked);
    };
    const caller = await callerOf();
    const fault = await faultOf(payments.fetch('/', { onBehalfOf: caller }));
    expect(fault).toMatchObject({ code: 'SUBJECT_EXPIRED', requestSent: 'never' });
    expect([issuer.asked.length, service.seen.length]).toEqual([1, 0]);
  });

  it('that end before it are renewed ahead, with the same token of the subject', async () => {
    const { payments, callerOf, clock, issuer, service } = await exchangeWorld();
    const caller = await callerOf();
    await payments.fetch('/', { onBehalfOf: caller });
    clock.advance(110);
    await payments.fetch('/', { onBehalfOf: caller });
    await expect.poll(() => issuer.asked.length).toBe(2);
    await expect
      .poll(async () => {
        await payments.fetch('/', { onBehalfOf: caller });
        return credentialsSeen(service).at(-1);
      })
      .toBe('Bearer traded-2');
    const subjects = issuer.asked.map((one) => formOf(one)['subject_token']);
    expect(new Set(subjects).size).toBe(1);
  });

  it('are asked for anew after a 401, once, and those of other users stay', async () => {
    const { payments, callerOf, issuer, service, answering } = await exchangeWorld();
    const alice = await callerOf();
    const bob = await callerOf({ sub: 'bob' });
    for (const caller of [alice, bob, alice, bob]) await payments.fetch('/', { onBehalfOf: caller });
    answering.answer = ({ headers }, response) =>
      json(response, headers.authorization === 'Bearer traded-1' ? 401 : 200, {});
    expect((await payments.fetch('/', { onBehalfOf: alice })).status).toBe(200);
    expect((await payments.fetch('/', { onBehalfOf: bob })).status).toBe(200);
    expect(issuer.asked).toHaveLength(3);
    expect(credentialsSeen(service).slice(-3)).toEqual(['Bearer traded-1', 'Bearer traded-3', 'Bearer traded-2']);
  });

  it('serve on while the issuer is down, until they end', async () => {
    const { payments, callerOf, issuer, clock } = await exchangeWorld();
    const caller = await callerOf();
    await payments.fetch('/', { onBehalfOf: caller });
    issuer.onToken = (_one, response) => json(response, 503, {});
    clock.advance(119);
    expect((await payments.fetch('/', { onBehalfOf: caller })).status).toBe(200);
    clock.advance(1);
    await expect(payments.fetch('/', { onBehalfOf: caller })).rejects.toMatchObject({ code: 'CREDENTIAL_UNAVAILABLE' });
  });
});
