/** Wrong requirements do not compile. Checked by the type check, not run. */
import type { Requirement } from './requirement.ts';

export const good: readonly Requirement[] = [
  { scope: 'a' },
  { caller: 'spiffe://prod.example/orders', optional: true },
  { anyCaller: 'liveness of the mesh' },
  { subject: { oneOf: ['user-1'] } },
];

// @ts-expect-error nothing is asked
export const empty: Requirement = {};
// @ts-expect-error optional alone asks nothing
export const onlyOptional: Requirement = { optional: true };
// @ts-expect-error a misspelt part
export const misspelt: Requirement = { scopes: ['a'] };
// @ts-expect-error an empty list
export const emptyList: Requirement = { caller: [] };
// @ts-expect-error a RegExp is never a pattern
export const regExp: Requirement = { caller: /orders/ };
// @ts-expect-error any caller takes the reason
export const anyCaller: Requirement = { anyCaller: true };
// @ts-expect-error optional is true or absent
export const optionalFalse: Requirement = { scope: 'a', optional: false };
