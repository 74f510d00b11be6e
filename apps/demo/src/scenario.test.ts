import { sealHeader } from '@countersign/core';
import { describe, expect, it } from 'vitest';
import { scenarioOf } from './scenario.ts';
import type { ScenarioMaterial } from './step.ts';

const pair = { certificatePem: 'certificate', keyPem: 'key' };
const payload = Buffer.from('{"scope":"inventory:read"}').toString('base64url');
const token = `header.${payload}.signature`;
const material: ScenarioMaterial = {
  origins: {
    gateway: 'https://g',
    orders: 'https://o',
    inventory: 'https://i',
    payments: 'https://p',
    analytics: 'https://a',
  },
  tokenEndpoint: 'https://issuer/token',
  identities: { storefront: pair, gateway: pair, orders: pair, reporting: pair },
  tokens: {
    alice: 'opaque',
    aliceReadable: token,
    aliceAtOrders: token,
    aliceAtAnalytics: token,
    gateway: token,
    ordersReadOnly: token,
    reporting: token,
    expired: token,
  },
  exchanges: { beyondAlice: 'a=b', ofAnotherService: 'c=d' },
};

describe('the scenario', () => {
  const steps = scenarioOf(material);

  it('has calls that must pass, one of them through every service that has a part in an order', () => {
    const passing = steps.filter((step) => 'status' in step && step.status < 400);
    expect(passing.length).toBeGreaterThanOrEqual(3);
    expect(Math.max(...passing.map(({ hops = 0 }) => hops))).toBeGreaterThanOrEqual(6);
  });

  it.each([
    ['no credential', 'CREDENTIAL_MISSING'],
    ['wrong audience', 'TOKEN_AUDIENCE_MISMATCH'],
    ['expired', 'TOKEN_EXPIRED'],
    ['wrong scope', 'SCOPE_INSUFFICIENT'],
    ['right CA, wrong service', 'CALLER_NOT_ALLOWED'],
    ['stolen token', 'IDENTITY_CONFLICT'],
    ['forged headers', 'CREDENTIAL_MISSING'],
    ['second connection, no certificate', 'CREDENTIAL_MISSING'],
    ['forwarded', 'TOKEN_AUDIENCE_MISMATCH'],
    ['shown by reporting', 'IDENTITY_CONFLICT'],
    ['used to write', 'SCOPE_INSUFFICIENT'],
    ['sent again', 'MESSAGE_REPLAYED'],
    ['moved', 'MESSAGE_MISDIRECTED'],
    ['another quantity', 'MESSAGE_ALTERED'],
    ['without its seal', 'CREDENTIAL_MISSING'],
  ])('has the attack "%s", refused with %s', (title, reason) => {
    const attacks = steps.filter((step) => step.title.includes(title));
    expect(attacks.map((step) => step.reason)).toContain(reason);
    for (const attack of attacks) if ('status' in attack) expect([400, 401, 403]).toContain(attack.status);
  });

  it.each([
    ['the client of the gateway stops', 'SCOPE_NOT_HELD'],
    ['asked of the issuer by hand', 'does not carry'],
    ['for another service', 'is for another service'],
  ])('has the exchange "%s", refused with %s', (title, says) => {
    expect(steps.find((step) => step.title.includes(title))).toMatchObject({ says });
  });

  it('changes one thing about each message that it sends again', () => {
    const heard = {
      destination: 'orders.placed',
      headers: { [sealHeader]: 'seal', traceparent: 'a' },
      payload: 'AA==',
    };
    const changes = steps.flatMap((step) => ('message' in step ? [step.message(heard)] : []));
    const parts = (message: typeof heard) => [message.destination, message.payload, message.headers[sealHeader]];
    const differences = changes.map((message) =>
      parts(message as typeof heard).filter((part, at) => part !== parts(heard)[at]),
    );
    expect(differences.map((found) => found.length)).toEqual([0, 1, 1, 1]);
  });

  it('names each step once', () => {
    expect(new Set(steps.map(({ title }) => title)).size).toBe(steps.length);
  });
});
