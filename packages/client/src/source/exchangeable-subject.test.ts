import type { IssuerOptions } from '@countersign/core';
import { testCaller } from '@countersign/testing';
import { expect, describe, it } from 'vitest';
import { faultOf } from '../client.test-kit.ts';
import { callersFrom, credentialsSeen, exchangeWorld, type Claims } from './exchange.test-kit.ts';
import { tokenExchange } from '../index.ts';

/** Actors of this depth. */
const chain = (depth: number): object => ({ sub: `actor-${depth}`, ...(depth > 1 && { act: chain(depth - 1) }) });

describe('a call for a subject', () => {
  it.each<[string, (issuer: string) => Claims]>([
    ['has what is asked for', () => ({})],
    ['may be acted for by this service', () => ({ may_act: { sub: 'orders' } })],
    ['names this service with its issuer', (issuer) => ({ may_act: { sub: 'orders', iss: issuer } })],
    ['names this service as a client', () => ({ may_act: { client_id: 'orders' } })],
    ['has seven actors', () => ({ act: chain(7) })],
  ])('is made when its token %s', async (_, claims) => {
    const { payments, callerOf, issuer, service } = await exchangeWorld();
    const caller = await callerOf(claims(issuer.origin));
    expect((await payments.fetch('/', { onBehalfOf: caller })).status).toBe(200);
    expect(credentialsSeen(service)).toEqual(['Bearer traded-1']);
  });

  it.each<[string, (issuer: string) => Claims, string, string | undefined]>([
    ['is for its client only', () => ({ sub: 'web' }), 'SUBJECT_MISSING', 'subject'],
    ['acts for itself', () => ({ sub: 'web', act: { sub: 'web' } }), 'SUBJECT_MISSING', 'subject'],
    ['names another actor', () => ({ may_act: { sub: 'gateway' } }), 'ACTOR_REFUSED', 'may_act'],
    ['names an actor like ours', () => ({ may_act: { sub: 'Orders' } }), 'ACTOR_REFUSED', 'may_act'],
    ['names another client', () => ({ may_act: { sub: 'orders', client_id: 'web' } }), 'ACTOR_REFUSED', 'may_act'],
    [
      'names an actor of another issuer',
      () => ({ may_act: { sub: 'orders', iss: 'https://o' } }),
      'ACTOR_REFUSED',
      'may_act',
    ],
    ['has eight actors', () => ({ act: chain(8) }), 'ACTOR_REFUSED', 'act'],
    ['has no scope', () => ({ scope: undefined }), 'SCOPE_NOT_HELD', 'scope'],
    ['has other scopes', () => ({ scope: 'checkout payments:read' }), 'SCOPE_NOT_HELD', 'scope'],
    ['has a scope that only begins the same', () => ({ scope: 'payments:charges' }), 'SCOPE_NOT_HELD', 'scope'],
  ])('is refused before anything is sent when its token %s', async (_, claims, code, check) => {
    const { payments, callerOf, issuer, service } = await exchangeWorld();
    const caller = await callerOf(claims(issuer.origin));
    expect(await faultOf(payments.fetch('/', { onBehalfOf: caller }))).toMatchObject({ code, detail: { check } });
    expect(issuer.seen).toEqual([]);
    expect(service.seen).toEqual([]);
  });

  it('is refused for a caller that presented no token', async () => {
    const { payments, issuer } = await exchangeWorld();
    const caller = testCaller({ subject: 'alice', scopes: ['payments:charge'] });
    const fault = await faultOf(payments.fetch('/', { onBehalfOf: caller }));
    expect(fault).toMatchObject({ code: 'SUBJECT_MISSING', detail: { check: 'token' } });
    expect(issuer.seen).toEqual([]);
  });

  it('is refused for a copy of a caller, however it came about', async () => {
    const { payments, callerOf, issuer } = await exchangeWorld();
    const caller = await callerOf();
    for (const copy of [{ ...caller }, structuredClone({ ...caller, scopes: undefined }) as never]) {
      expect(await faultOf(payments.fetch('/', { onBehalfOf: copy }))).toMatchObject({ code: 'SUBJECT_MISSING' });
    }
    expect(issuer.seen).toEqual([]);
  });

  it('sends no token of another issuer, unless the options list that issuer', async () => {
    const other = 'https://other.test';
    const { payments, issuer, clock } = await exchangeWorld();
    const { callerOf } = await callersFrom(other, clock);
    const fault = await faultOf(payments.fetch('/', { onBehalfOf: await callerOf() }));
    expect(fault).toMatchObject({ code: 'SUBJECT_MISSING', detail: { check: 'issuer', actual: other } });
    expect(issuer.seen).toEqual([]);
    const federated = await exchangeWorld((options) => tokenExchange({ ...options, subjectIssuers: [other] }));
    const foreign = await (await callersFrom(other, federated.clock)).callerOf();
    expect((await federated.payments.fetch('/', { onBehalfOf: foreign })).status).toBe(200);
    const home = await federated.callerOf();
    expect(await faultOf(federated.payments.fetch('/', { onBehalfOf: home }))).toMatchObject({
      code: 'SUBJECT_MISSING',
    });
  });

  it('ends with its token, also when a traded one is at hand', async () => {
    const { payments, callerOf, clock, issuer, service } = await exchangeWorld();
    const caller = await callerOf();
    expect((await payments.fetch('/', { onBehalfOf: caller })).status).toBe(200);
    clock.advance(299);
    expect((await payments.fetch('/', { onBehalfOf: caller })).status).toBe(200);
    clock.advance(1);
    expect(await faultOf(payments.fetch('/', { onBehalfOf: caller }))).toMatchObject({ code: 'SUBJECT_EXPIRED' });
    expect(issuer.asked).toHaveLength(2);
    expect(service.seen).toHaveLength(2);
  });

  it('takes a scope of the subject that covers what is asked for', async () => {
    const { payments, callerOf, service } = await exchangeWorld((options) =>
      tokenExchange({ ...options, within: { 'payments:charge': ['checkout', 'admin'] } }),
    );
    const covered = await callerOf({ scope: 'checkout' });
    expect((await payments.fetch('/', { onBehalfOf: covered })).status).toBe(200);
    const fault = await faultOf(payments.fetch('/', { onBehalfOf: await callerOf({ scope: 'browse' }) }));
    expect(fault).toMatchObject({ code: 'SCOPE_NOT_HELD', detail: { expected: 'payments:charge' } });
    expect(service.seen).toHaveLength(1);
  });

  it('knows this service by the name that the options give', async () => {
    const spiffeId = 'spiffe://prod.test/orders';
    const { payments, callerOf } = await exchangeWorld((options) => tokenExchange({ ...options, actorId: spiffeId }));
    const named = await callerOf({ may_act: { sub: spiffeId } });
    expect((await payments.fetch('/', { onBehalfOf: named })).status).toBe(200);
    const byClient = await callerOf({ may_act: { sub: 'orders' } });
    expect(await faultOf(payments.fetch('/', { onBehalfOf: byClient }))).toMatchObject({ code: 'ACTOR_REFUSED' });
  });

  it('is refused for a workload that signed its own token', async () => {
    const workload = 'spiffe://prod.test/web';
    const { payments, tokenOf, callerFor, issuer } = await exchangeWorld(tokenExchange, {
      profile: 'service-jwt',
      workload,
    } as Partial<IssuerOptions>);
    const caller = await callerFor(await tokenOf({ sub: workload }, { typ: 'service+jwt' }));
    expect(caller.id).toBe(workload);
    const fault = await faultOf(payments.fetch('/', { onBehalfOf: caller }));
    expect(fault).toMatchObject({ code: 'SUBJECT_MISSING', detail: { check: 'subject' } });
    expect(issuer.seen).toEqual([]);
  });
});
