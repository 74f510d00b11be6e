/** The demo's requests, as data: what is sent, and what must come of it. */
import type { Reason } from '@countersign/core';
import type { Call, KeyPair } from './call.ts';

/** What the scenario is made of. */
export interface ScenarioMaterial {
  readonly origins: Readonly<Record<'gateway' | 'orders' | 'inventory' | 'payments', string>>;
  readonly identities: Readonly<Record<'storefront' | 'gateway' | 'orders' | 'reporting', KeyPair>>;
  readonly tokens: {
    /** The storefront's, for the gateway. */
    readonly storefront: string;
    /** The gateway's, for inventory. */
    readonly gateway: string;
    /** The gateway's, for orders: a wrong audience at inventory. */
    readonly gatewayForOrders: string;
    /** That of orders, for inventory, with the scope to read only. */
    readonly ordersReadOnly: string;
    /** Reporting's own, for inventory: good, and not on the list. */
    readonly reporting: string;
    /** The gateway's, for inventory, an hour old. */
    readonly expired: string;
  };
}

/** One request with its expectation. */
export interface Step {
  readonly title: string;
  readonly call: Call;
  readonly status: number;
  /** Reason code in the audit event; absent when the request must pass. */
  readonly reason?: Reason;
  /** How many services must have recorded an `authz.allow` in this trace. */
  readonly hops?: number;
  /** Send it twice: the second time on a new connection that offers the TLS session of the first. */
  readonly resumed?: boolean;
}

function legitimate({ origins: { gateway }, identities, tokens }: ScenarioMaterial): readonly Step[] {
  const storefront = { identity: identities.storefront, token: tokens.storefront };
  return [
    {
      title: 'storefront → gateway → inventory',
      call: { ...storefront, url: `${gateway}/catalog/apple` },
      status: 200,
      hops: 2,
    },
    {
      title: 'storefront → gateway → orders → inventory, payments',
      call: { ...storefront, url: `${gateway}/checkout`, method: 'POST', body: { sku: 'apple', quantity: 2 } },
      status: 201,
      hops: 4,
    },
  ];
}

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

function attacks({ origins, identities, tokens }: ScenarioMaterial): readonly Step[] {
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
      call: { ...asGateway, token: tokens.gatewayForOrders, url: read },
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

/** All steps, legitimate ones first. */
export function scenarioOf(material: ScenarioMaterial): readonly Step[] {
  return [...legitimate(material), ...attacks(material)];
}
