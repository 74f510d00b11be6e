/** Attack row 21: another kind of JWT of the same issuer is no access token (RFC 8725 §3.11). */
import type { ForgedRow, TokenForge } from './token-forge.ts';

const otherTypes = [
  'JWT',
  'application/jwt',
  'logout+jwt',
  'dpop+jwt',
  'secevent+jwt',
  'wimse-id+jwt',
  'oauth-authz-req+jwt',
  'token-introspection+jwt',
  'JOSE',
  'at+jwt ',
  'text/at+jwt',
  '',
];

/** The rows. */
export function wrongTypes({ claims, header, head, raw }: TokenForge): readonly ForgedRow[] {
  const { client_id: _client, scope: _scope, ...withoutClient } = claims;
  const wrong = 'TOKEN_TYPE_UNEXPECTED';
  const asJwt = JSON.stringify({ ...header, typ: 'JWT' });
  return [
    ...otherTypes.map((typ) => [`typ: ${JSON.stringify(typ)}`, wrong, head({ typ })] as const),
    ['no typ', wrong, head({ typ: undefined })],
    ['typ: a list', 'TOKEN_MALFORMED', head({ typ: ['at+jwt'] })],
    ['typ: a number', 'TOKEN_MALFORMED', head({ typ: 1 })],
    [
      'an ID token',
      wrong,
      raw({ header: asJwt, payload: JSON.stringify({ ...withoutClient, nonce: 'n', auth_time: 1 }) }),
    ],
    [
      'a JWT-SVID',
      wrong,
      raw({ header: asJwt, payload: JSON.stringify({ ...withoutClient, sub: 'spiffe://prod.test/orders' }) }),
    ],
  ];
}
