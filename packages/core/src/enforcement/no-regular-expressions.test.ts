/**
 * Attack row 19: a regular expression is a program that the sender of a text runs. Every option that takes a text
 * refuses one at start, and a text that looks like one is only a text.
 */
import { describe, expect, test } from 'vitest';
import { accessToken } from '../authentication/access-token.ts';
import { ConfigurationError } from '../errors/configuration-error.ts';
import { parseWorkloadPattern } from '../identity/workload-pattern.ts';
import { compileRequirement, type Requirement } from '../policy/requirement.ts';
import { createServiceAuth } from './create-service-auth.ts';

const everything = /^.*$/g;
/** Takes a backtracking engine longer than the age of the world, on a text of a hundred letters. */
const endless = /^(a+)+$/;

function optionsRefusedBy(run: () => unknown): readonly string[] {
  try {
    run();
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigurationError);
    return (error as ConfigurationError).faults.map(({ option }) => option);
  }
  return [];
}

describe('a regular expression is a fault at start', () => {
  test.each<[string, object]>([
    ['caller', { caller: everything }],
    ['caller', { caller: ['spiffe://prod.test/orders', endless] }],
    ['scope', { scope: everything }],
    ['scope', { scope: ['inventory:read', everything] }],
    ['anyScope', { anyScope: [everything] }],
    ['subject', { subject: everything }],
    ['subject', { subject: { oneOf: [everything] } }],
    ['actor', { actor: everything }],
    ['actor', { actor: { oneOf: [everything] } }],
    ['tenant', { tenant: everything }],
    ['tenant', { tenant: { oneOf: [everything] } }],
  ])('as %s of a requirement: %s', (option, requirement) => {
    const refused = optionsRefusedBy(() => compileRequirement(requirement as Requirement, 'GET /stock'));
    expect(refused).toContain(option);
  });

  test.each<[string, object]>([
    ['service', { service: everything }],
    ['audience', { audience: everything }],
    ['audience', { audience: ['https://inventory.test', everything] }],
    ['aliases["spiffe://prod.test/orders"]', { aliases: { 'spiffe://prod.test/orders': everything } }],
    ['aliases["spiffe://prod.test/orders"]', { aliases: { 'spiffe://prod.test/orders': [everything] } }],
  ])('as %s of a service: %s', (option, options) => {
    const good = { service: 'spiffe://prod.test/inventory', audience: 'https://inventory.test' };
    const refused = optionsRefusedBy(() => createServiceAuth({ ...good, accept: [], ...options } as never));
    expect(refused).toContain(option);
  });

  test.each(['issuer', 'audience', 'callerClaim', 'tenantClaim', 'rolesClaim', 'jwksUri', 'jwksOrigins', 'algorithms'])(
    'as %s of an issuer',
    (option) => {
      const refused = optionsRefusedBy(() => accessToken({ issuer: 'https://issuer.test', [option]: everything }));
      expect(refused).toContain(option);
    },
  );
});

describe('a text that looks like one', () => {
  test.each(['.*', '^spiffe://prod.test/orders$', 'spiffe://prod.test/(a+)+$', 'spiffe://prod.test/orders|.*', '/x/'])(
    'is no pattern: %s',
    (text) => {
      expect(parseWorkloadPattern(text).ok).toBe(false);
    },
  );

  test('has no star but those of whole segments, and a dot is a dot', () => {
    const parsed = parseWorkloadPattern('spiffe://prod.test/a.b');
    if (!parsed.ok) throw new Error(parsed.problem);
    expect(['a.b', 'axb', 'a', 'a.b/c'].map((path) => parsed.matches(`spiffe://prod.test/${path}`))).toEqual([
      true,
      false,
      false,
      false,
    ]);
  });
});
