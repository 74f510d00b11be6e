/** Attack rows 27 and 33: signatures that are none, and spellings of a good one that are not the one. */
import { sign } from 'node:crypto';
import type { ForgedRow, TokenForge } from './token-forge.ts';

const signatureLength = 64;
/** The order of P-256: s = n is zero for a careless reader. */
const order = Buffer.from('ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551', 'hex');

/** The same bytes in another spelling: the last character of a 64-byte signature carries four unused bits. */
function withTrailingBits(token: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  const last = alphabet.indexOf(token.at(-1) ?? 'A');
  return `${token.slice(0, -1)}${alphabet[last + 1] ?? 'B'}`;
}

/** The rows. */
export function wrongSignatures(forge: TokenForge): readonly ForgedRow[] {
  const { key, claims, claim, head, signedBy } = forge;
  const good = claim({});
  const [header = '', payload = '', signature = ''] = good.split('.');
  const otherPayload = claim({ sub: 'admin', client_id: 'admin' }).split('.')[1] ?? '';
  const otherHeader = head({ extra: 1 }).split('.')[0] ?? '';
  const zeros = Buffer.alloc(signatureLength / 2);
  const half = (signed: string, part: 'r' | 's'): Buffer =>
    part === 'r' ? key.sign(signed).subarray(0, 32) : key.sign(signed).subarray(32);
  const bytes = (make: (signed: string) => Buffer): string => signedBy({}, make);
  const invalid = 'TOKEN_SIGNATURE_INVALID';
  return [
    ['a payload exchanged', invalid, `${header}.${otherPayload}.${signature}`],
    ['a header exchanged', invalid, `${otherHeader}.${payload}.${signature}`],
    ['the signature of another token', invalid, `${header}.${payload}.${claim({ jti: 'other' }).split('.')[2]}`],
    ['a signature of zeros', invalid, bytes(() => Buffer.alloc(signatureLength))],
    ['r is zero', invalid, bytes((signed) => Buffer.concat([zeros, half(signed, 's')]))],
    ['s is zero', invalid, bytes((signed) => Buffer.concat([half(signed, 'r'), zeros]))],
    ['r and s are the order of the curve', invalid, bytes(() => Buffer.concat([order, order]))],
    ['a signature of ones', invalid, bytes(() => Buffer.alloc(signatureLength, 0xff))],
    ['DER instead of r and s', invalid, bytes((signed) => sign('sha256', Buffer.from(signed), key.privateKey))],
    ['one byte too few', invalid, bytes((signed) => key.sign(signed).subarray(0, signatureLength - 1))],
    ['one byte too many', invalid, bytes((signed) => Buffer.concat([key.sign(signed), Buffer.alloc(1)]))],
    ['twice the signature', invalid, bytes((signed) => Buffer.concat([key.sign(signed), key.sign(signed)]))],
    ['no signature', ['TOKEN_MALFORMED', invalid], `${header}.${payload}.`],
    ['trailing bits in the signature', 'TOKEN_MALFORMED', withTrailingBits(good)],
    ['padding after the signature', 'TOKEN_MALFORMED', `${good}==`],
    ['the alphabet with + and /', 'TOKEN_MALFORMED', `${header}.${payload}.+/${signature.slice(2)}`],
    ['a character outside the alphabet', 'TOKEN_MALFORMED', `${header}.${payload}.~${signature.slice(1)}`],
    ['a signature over the claims as they were', invalid, `${header}.${segment({ ...claims, exp: 1 })}.${signature}`],
  ];
}

function segment(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
