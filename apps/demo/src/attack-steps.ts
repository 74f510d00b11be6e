/** Attacks on single calls: credentials that are missing, stolen, old, altered, or for somebody else. */
import type { Call } from './call.ts';
import type { ScenarioMaterial, Step } from './step.ts';

function tampered(token: string): string {
  const [header = '', payload = '', signature = ''] = token.split('.');
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as object;
  const wider = Buffer.from(JSON.stringify({ ...claims, scope: 'inventory:read inventory:reserve' })).toString(
    'base64url',
  );
  return `${header}.${wider}.${signature}`;
}

/** The same at every service, so on Express, NestJS on both of its platforms, and Fastify. */
function withoutCredential(origins: ScenarioMaterial['origins']): readonly Step[] {
  const calls: readonly (readonly [string, Call])[] = [
    ['gateway (Express)', { url: `${origins.gateway}/catalog/apple` }],
    ['orders (NestJS)', { url: `${origins.orders}/orders`, method: 'POST', body: { sku: 'apple', quantity: 1 } }],
    ['inventory (Fastify)', { url: `${origins.inventory}/stock/apple` }],
    ['payments (NestJS on Fastify)', { url: `${origins.payments}/payments`, method: 'POST', body: { amount: 1 } }],
  ];
  return calls.map(([service, call]) => ({
    title: `no credential, at ${service}`,
    call,
    status: 401,
    reason: 'CREDENTIAL_MISSING',
  }));
}

/** The attacks. */
export function attacks({ origins, identities, tokens }: ScenarioMaterial): readonly Step[] {
  const read = `${origins.inventory}/stock/apple`;
  const asGateway = { identity: identities.gateway, token: tokens.gateway };
  return [
    ...withoutCredential(origins),
    {
      title: 'a certificate without a token',
      call: { identity: identities.gateway, url: read },
      status: 401,
      reason: 'CREDENTIAL_MISSING',
    },
    {
      title: 'a token without its certificate',
      call: { token: tokens.gateway, url: read },
      status: 401,
      reason: 'CREDENTIAL_MISSING',
    },
    {
      title: 'wrong audience: a token for orders, at inventory',
      call: { ...asGateway, token: tokens.aliceAtOrders, url: read },
      status: 401,
      reason: 'TOKEN_AUDIENCE_MISMATCH',
    },
    {
      title: 'an expired token',
      call: { ...asGateway, token: tokens.expired, url: read },
      status: 401,
      reason: 'TOKEN_EXPIRED',
    },
    {
      title: 'a token with its scope widened by hand',
      call: { ...asGateway, token: tampered(tokens.gateway), url: read },
      status: 401,
      reason: 'TOKEN_SIGNATURE_INVALID',
    },
    {
      title: 'wrong scope: a token to read, used to reserve',
      call: {
        identity: identities.orders,
        token: tokens.ordersReadOnly,
        url: `${read}/reservations`,
        method: 'POST',
        body: { quantity: 1 },
      },
      status: 403,
      reason: 'SCOPE_INSUFFICIENT',
    },
    {
      title: 'right CA, wrong service: reporting, all in order',
      call: { identity: identities.reporting, token: tokens.reporting, url: read },
      status: 403,
      reason: 'CALLER_NOT_ALLOWED',
    },
    {
      title: "a stolen token: reporting shows the gateway's",
      call: { identity: identities.reporting, token: tokens.gateway, url: read },
      status: 403,
      reason: 'IDENTITY_CONFLICT',
    },
    {
      title: 'forged headers instead of a certificate',
      call: {
        url: read,
        headers: {
          'x-forwarded-client-cert': 'URI=spiffe://demo.internal/gateway',
          'x-forwarded-user': 'gateway',
          'x-ssl-client-verify': 'SUCCESS',
        },
      },
      status: 401,
      reason: 'CREDENTIAL_MISSING',
    },
    {
      title: 'second connection, no certificate, session offered',
      call: { url: read },
      status: 401,
      reason: 'CREDENTIAL_MISSING',
      resumed: true,
    },
  ];
}
