/**
 * The realm that is proved with, as JSON of Keycloak's admin interface. Audiences come from client scopes, as Keycloak
 * wants it: whoever gets the scope `stock:read` gets a token for the inventory. No client has a scope it was not given.
 */
import { names } from '../bench.mjs';
import { realmName } from './keycloak.mjs';

/** What the clients of the realm prove themselves with. */
export const clientIds = /** @type {const} */ ({
  orders: 'orders',
  byPost: 'orders-post',
  byKey: 'orders-key',
  byCertificate: 'orders-mtls',
  bySender: 'orders-dpop',
  eager: 'orders-eager',
  frontend: 'frontend',
});

/** Services, by the client id that stands for them, which is the audience of their tokens. */
export const audiences = /** @type {const} */ ({
  orders: clientIds.orders,
  inventory: 'https://inventory.test',
  payments: 'https://payments.test',
});

/** Every scope, and the audiences that it brings with it. Who exchanges a token must stand in its audience. */
const scopes = /** @type {const} */ ({
  'orders:place': [audiences.orders, clientIds.eager],
  'stock:read': [audiences.inventory],
  'stock:write': [audiences.inventory],
  'payments:charge': [audiences.payments],
  'payments:refund': [audiences.payments],
});

/** The common name in the certificate of the client that is known by it. */
export const certificateName = 'orders.prod.test';

/**
 * @typedef {object} Secrets
 * @property {string} orders with characters that HTTP Basic has to encode
 * @property {string} byPost
 * @property {string} inventory for introspection
 * @property {string} frontend
 * @property {string} user the password of `alice`
 * @property {object} publicJwk of the client that proves itself with a key
 */

const inTokens = { 'access.token.claim': 'true', 'introspection.token.claim': 'true' };
/** Of every certificate of a test authority. */
const organization = 'Countersign test';

/** @param {readonly [name: string, clients: readonly string[]]} entry */
const clientScope = ([name, clients]) => ({
  name,
  protocol: 'openid-connect',
  attributes: { 'include.in.token.scope': 'true' },
  protocolMappers: clients.map((audience) => ({
    name: `audience ${audience}`,
    protocol: 'openid-connect',
    protocolMapper: 'oidc-audience-mapper',
    config: { 'included.client.audience': audience, ...inTokens },
  })),
});

/**
 * @param {string} clientId
 * @param {object} more
 */
const client = (clientId, more) => ({
  clientId,
  protocol: 'openid-connect',
  publicClient: false,
  standardFlowEnabled: false,
  directAccessGrantsEnabled: false,
  serviceAccountsEnabled: true,
  fullScopeAllowed: false,
  defaultClientScopes: ['basic', 'service_account'],
  optionalClientScopes: ['stock:read', 'stock:write'],
  ...more,
});

/** @param {Secrets} secrets */
export const realm = (secrets) => ({
  realm: realmName,
  enabled: true,
  sslRequired: 'all',
  accessTokenLifespan: 300,
  clientScopes: [
    { ...untold, name: 'basic', protocolMappers: [subjectMapper] },
    { ...untold, name: 'service_account', protocolMappers: [clientIdMapper] },
    ...Object.entries(scopes).map(clientScope),
  ],
  clients: [
    client(audiences.inventory, { secret: secrets.inventory, optionalClientScopes: [] }),
    client(audiences.payments, { serviceAccountsEnabled: false, bearerOnly: true }),
    client(clientIds.orders, {
      secret: secrets.orders,
      optionalClientScopes: ['stock:read', 'stock:write', 'payments:charge', 'payments:refund'],
      attributes: { 'standard.token.exchange.enabled': 'true' },
    }),
    client(clientIds.byPost, { secret: secrets.byPost }),
    client(clientIds.byKey, {
      clientAuthenticatorType: 'client-jwt',
      attributes: {
        'use.jwks.string': 'true',
        'jwks.string': JSON.stringify({ keys: [secrets.publicJwk] }),
        'token.endpoint.auth.signing.alg': 'ES256',
      },
    }),
    client(clientIds.byCertificate, {
      clientAuthenticatorType: 'client-x509',
      attributes: {
        // Keycloak takes the names for regular expressions unless it is told otherwise.
        'x509.allow.regex.pattern.comparison': 'false',
        'x509.subjectdn': `CN=${certificateName},O=${organization}`,
        'x509.casubjectdn': `CN=root of ${names.trustDomain},O=${organization}`,
        'tls.client.certificate.bound.access.tokens': 'true',
      },
    }),
    client(clientIds.bySender, { secret: secrets.byPost, attributes: { 'dpop.bound.access.tokens': 'true' } }),
    // Whatever it asks for, it gets one scope more.
    client(clientIds.eager, {
      secret: secrets.byPost,
      defaultClientScopes: ['basic', 'service_account', 'payments:refund'],
      optionalClientScopes: ['payments:charge'],
      attributes: { 'standard.token.exchange.enabled': 'true' },
    }),
    client(clientIds.frontend, {
      secret: secrets.frontend,
      serviceAccountsEnabled: false,
      directAccessGrantsEnabled: true,
      defaultClientScopes: ['basic', 'orders:place'],
      optionalClientScopes: ['stock:read', 'payments:charge'],
    }),
  ],
  users: [
    {
      username: 'alice',
      enabled: true,
      emailVerified: true,
      email: 'alice@shop.test',
      firstName: 'Alice',
      lastName: 'Ames',
      credentials: [{ type: 'password', value: secrets.user, temporary: false }],
    },
  ],
});

const untold = { protocol: 'openid-connect', attributes: { 'include.in.token.scope': 'false' } };
/** What two scopes of every realm bring that was made by hand: without them a token has no `sub`, and no `client_id`. */
const subjectMapper = {
  name: 'sub',
  protocol: 'openid-connect',
  protocolMapper: 'oidc-sub-mapper',
  config: inTokens,
};
const clientIdMapper = {
  name: 'client_id',
  protocol: 'openid-connect',
  protocolMapper: 'oidc-usersessionmodel-note-mapper',
  config: {
    'user.session.note': 'client_id',
    'claim.name': 'client_id',
    'jsonType.label': 'String',
    ...inTokens,
  },
};
