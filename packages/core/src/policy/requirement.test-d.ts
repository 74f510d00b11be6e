/** Wrong requirements do not compile. Checked by the type check, not run. */
import type { Requirement } from './requirement.ts';

export const good: readonly Requirement[] = [
  { scope: 'a' },
  { caller: 'spiffe://prod.example/orders', optional: true },
  { anyCaller: 'liveness of the mesh' },
  { subject: { oneOf: ['user-1'] } },
  { acr: 'urn:example:gold' },
  { acr: ['urn:example:gold', 'urn:example:silver'], maxAgeSeconds: 300 },
  { maxAgeSeconds: 300, senderConstrained: true },
  { scope: 'a', senderConstrained: true, optional: true },
];

// @ts-expect-error nothing is asked
export const empty: Requirement = {};
// @ts-expect-error optional alone asks nothing
export const onlyOptional: Requirement = { optional: true };
// @ts-expect-error senderConstrained alone asks for nobody
export const onlyConstrained: Requirement = { senderConstrained: true };
// @ts-expect-error both together neither
export const onlyModifiers: Requirement = { senderConstrained: true, optional: true };
// @ts-expect-error senderConstrained is true or absent
export const constrainedFalse: Requirement = { scope: 'a', senderConstrained: false };
// @ts-expect-error an empty list of acr
export const noAcr: Requirement = { acr: [] };
// @ts-expect-error seconds are a number
export const textAge: Requirement = { maxAgeSeconds: '300' };
// @ts-expect-error the unit is part of the name
export const maxAge: Requirement = { maxAge: 300 };
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
