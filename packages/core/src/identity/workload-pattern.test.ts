import { expect, test } from 'vitest';
import { parseWorkloadPattern } from './workload-pattern.ts';

function matches(pattern: string, id: string): boolean | string {
  const parsed = parseWorkloadPattern(pattern);
  return parsed.ok ? parsed.matches(id) : parsed.problem;
}

test.each([
  ['spiffe://prod.example/orders', 'spiffe://prod.example/orders'],
  ['spiffe://prod.example/**', 'spiffe://prod.example/orders'],
  ['spiffe://prod.example/**', 'spiffe://prod.example/ns/a/sa/orders'],
  ['spiffe://prod.example/ns/*/sa/orders', 'spiffe://prod.example/ns/shop/sa/orders'],
  ['spiffe://prod.example/ns/shop/**', 'spiffe://prod.example/ns/shop/sa/orders'],
  ['oauth:https://issuer.example#orders', 'oauth:https://issuer.example#orders'],
])('%s matches %s', (pattern, id) => {
  expect(matches(pattern, id)).toBe(true);
});

test.each([
  ['spiffe://prod.example/orders', 'spiffe://prod.example/orders-evil'],
  ['spiffe://prod.example/orders', 'spiffe://prod.example/orders/x'],
  ['spiffe://prod.example/orders', 'spiffe://prod.example/Orders'],
  ['spiffe://prod.example/**', 'spiffe://prod.example'],
  ['spiffe://prod.example/**', 'spiffe://prod.example.evil/orders'],
  ['spiffe://prod.example/**', 'oauth:spiffe://prod.example/#orders'],
  ['spiffe://prod.example/ns/*/sa/orders', 'spiffe://prod.example/ns/a/b/sa/orders'],
  ['spiffe://prod.example/ns/*/sa/orders', 'spiffe://prod.example/ns/a/sa/payments'],
  ['spiffe://prod.example/ns/shop/**', 'spiffe://prod.example/ns/shop-evil/sa/orders'],
  ['spiffe://prod.example/ns/shop/**', 'spiffe://prod.example/ns/shop'],
])('%s does not match %s', (pattern, id) => {
  expect(matches(pattern, id)).toBe(false);
});

test.each([
  'spiffe://prod.example/order*',
  'spiffe://*/orders',
  'spiffe://**',
  'spiffe://prod.example/**/orders',
  'spiffe://prod.example/***',
  'oauth:https://issuer.example#*',
  'spiffe://Prod.example/*',
  'spiffe://prod.example/',
  'orders',
  '*',
  '',
])('%j is not a pattern', (pattern) => {
  expect(matches(pattern, 'spiffe://prod.example/orders')).toEqual(expect.any(String));
});
