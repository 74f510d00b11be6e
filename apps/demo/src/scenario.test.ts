import { describe, expect, it } from 'vitest';
import { scenarioOf, type ScenarioMaterial } from './scenario.ts';

const pair = { certificatePem: 'certificate', keyPem: 'key' };
const payload = Buffer.from('{"scope":"inventory:read"}').toString('base64url');
const token = `header.${payload}.signature`;
const material: ScenarioMaterial = {
  origins: { gateway: 'https://g', orders: 'https://o', inventory: 'https://i', payments: 'https://p' },
  identities: { storefront: pair, gateway: pair, orders: pair, reporting: pair },
  tokens: {
    storefront: token,
    gateway: token,
    gatewayForOrders: token,
    ordersReadOnly: token,
    reporting: token,
    expired: token,
  },
};

describe('the scenario', () => {
  const steps = scenarioOf(material);

  it('has calls that must pass, one of them through three hops or more', () => {
    const passing = steps.filter(({ reason }) => reason === undefined);
    expect(passing.length).toBeGreaterThanOrEqual(2);
    expect(Math.max(...passing.map(({ hops = 0 }) => hops))).toBeGreaterThanOrEqual(4);
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
  ])('has the attack "%s", refused with %s', (title, reason) => {
    const attacks = steps.filter((step) => step.title.includes(title));
    expect(attacks.map((step) => step.reason)).toContain(reason);
    for (const attack of attacks) expect([400, 401, 403]).toContain(attack.status);
  });

  it('names each step once', () => {
    expect(new Set(steps.map(({ title }) => title)).size).toBe(steps.length);
  });
});
