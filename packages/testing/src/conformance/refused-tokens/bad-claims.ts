/** Attack rows 26, 68, 77, 90: claims that are missing, of another kind, without bound, or about a key not shown. */
import type { ForgedRow, TokenForge } from './token-forge.ts';

const thumbprint = 'A'.repeat(43);

/** The rows. */
export function badClaims({ claim }: TokenForge): readonly ForgedRow[] {
  const missing = 'TOKEN_CLAIM_MISSING';
  const texts = ['sub', 'client_id', 'jti'].flatMap((name): ForgedRow[] => [
    [`${name}: missing`, missing, claim({ [name]: undefined })],
    [`${name}: empty`, missing, claim({ [name]: '' })],
    [`${name}: null`, missing, claim({ [name]: null })],
    [`${name}: a number`, missing, claim({ [name]: 1 })],
    [`${name}: a list`, missing, claim({ [name]: ['orders'] })],
    [`${name}: an object`, missing, claim({ [name]: { toString: 'orders' } })],
  ]);
  const many = Array.from({ length: 500 }, (_, index) => `s${index}`).join(' ');
  const mismatch = 'BINDING_MISMATCH';
  return [
    ...texts,
    ['scope: a list', missing, claim({ scope: ['inventory:read'] })],
    ['scope: null', missing, claim({ scope: null })],
    ['scope: an object', missing, claim({ scope: { 'inventory:read': true } })],
    ['scope: two spaces', missing, claim({ scope: 'inventory:read  inventory:write' })],
    ['scope: a line break', missing, claim({ scope: 'inventory:read\ninventory:write' })],
    ['scope: five hundred', missing, claim({ scope: many })],
    ['roles: a text', missing, claim({ roles: 'admin' })],
    ['roles: a list of other kinds', missing, claim({ roles: ['admin', {}] })],
    ['roles: without end', missing, claim({ roles: Array.from({ length: 300 }, () => 'r') })],
    ['tenant: a list', missing, claim({ tenant: ['acme'] })],
    ['tenant: empty', missing, claim({ tenant: '' })],
    ['bound to a certificate that is not shown', 'BINDING_MISSING', claim({ cnf: { 'x5t#S256': thumbprint } })],
    ['bound to a DPoP key', 'BINDING_MISSING', claim({ cnf: { jkt: thumbprint } })],
    ['bound to a key by value', mismatch, claim({ cnf: { jwk: {} } })],
    [
      'bound to a certificate and to a DPoP key',
      'BINDING_MISSING',
      claim({ cnf: { 'x5t#S256': thumbprint, jkt: thumbprint } }),
    ],
    ['bound to nothing', mismatch, claim({ cnf: {} })],
    ['bound to null', mismatch, claim({ cnf: null })],
    ['bound to a text', mismatch, claim({ cnf: thumbprint })],
    ['bound to a list', mismatch, claim({ cnf: [{ 'x5t#S256': thumbprint }] })],
    ['bound to a number', mismatch, claim({ cnf: { 'x5t#S256': 1 } })],
  ];
}

/** Actors that are none: the claim is signed, so this is 403 and no question of the credential. */
export function badActors({ claim }: TokenForge): readonly ForgedRow[] {
  const chain = (length: number): object =>
    Array.from({ length }).reduce<object>((inner, _, index) => ({ sub: `a${index}`, act: inner }), { sub: 'orders' });
  const row = (name: string, act: unknown): ForgedRow => [`act: ${name}`, 'ACTOR_CHAIN_TOO_LONG', claim({ act })];
  return [
    row('nine actors', chain(8)),
    row('a text', 'orders'),
    row('null', null),
    row('a list', [{ sub: 'orders' }]),
    row('without sub', {}),
    row('with an empty sub', { sub: '' }),
    row('with a sub that is a list', { sub: ['orders'] }),
    row('broken further in', { sub: 'orders', act: 'web' }),
  ];
}
