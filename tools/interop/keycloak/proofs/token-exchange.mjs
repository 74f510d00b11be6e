/**
 * The standard token exchange of Keycloak: `orders` calls `payments` for alice with a token that was traded for hers.
 * Keycloak may add scopes that her token does not have; our client does not ask for them, and takes no more than it asked.
 */
import { names } from '../../bench.mjs';
import { expectThat } from '../../program.mjs';
import { guardedService } from '../guarded-service.mjs';
import { fault } from '../inventory-client.mjs';
import { realmName } from '../keycloak.mjs';
import { audiences, clientIds } from '../realm.mjs';
import { userToken } from '../stage.mjs';

/** @typedef {import('../stage.mjs').Stage} Stage */

const ordersId = names.caller;
const paymentsId = names.stranger;
const within = /** @type {const} */ ({ 'payments:charge': ['orders:place'] });

/**
 * A client of `payments` that acts for subjects.
 * @param {Stage} stage
 * @param {string} url
 * @param {object} [more] changes of the exchange
 */
function paymentsClient({ bench: { core, client }, keycloak, authority, secrets }, url, more = {}) {
  const tls = client.serverTls({ ca: authority.bundlePem });
  const clientSecret = new core.Secret(secrets.orders);
  const { audience = audiences.payments, exchange = client.keycloakExchange, ...changes } = /** @type {any} */ (more);
  return client.createServiceClient({
    baseUrl: url,
    audience,
    onBehalfOf: exchange({
      issuer: keycloak.issuer,
      clientAuthentication: core.clientSecret({ clientId: clientIds.orders, clientSecret }),
      scope: 'payments:charge',
      within,
      tls,
      ...changes,
    }),
    tls,
  });
}

/**
 * What our own `orders` knows of the caller of a request with this token.
 * @param {Stage} stage
 * @param {import('../guarded-service.mjs').Guarded} orders
 * @param {string} token
 */
async function callerWith({ fetch }, orders, token) {
  const { status } = await fetch(`${orders.url}/stock`, { headers: { authorization: `Bearer ${token}` } });
  expectThat(status === 200, `alice reaches orders: ${status} ${orders.reason()}`);
  return orders.caller();
}

/**
 * @param {Stage} stage
 * @returns {Promise<readonly string[]>}
 */
export async function proveTokenExchange(stage) {
  const { keycloak } = stage;
  const orders = await guardedService(stage, {
    audience: audiences.orders,
    id: ordersId,
    requirement: { scope: 'orders:place', subject: 'required' },
  });
  const payments = await guardedService(stage, {
    audience: audiences.payments,
    id: paymentsId,
    requirement: {
      caller: `oauth:${keycloak.issuer}#${clientIds.orders}`,
      scope: 'payments:charge',
      subject: 'required',
    },
  });
  try {
    const scene = { stage, orders, payments };
    return [await trades(scene), await refuses(scene), await widens(scene), await downscopes(scene), await ends(scene)];
  } finally {
    await orders.close();
    await payments.close();
  }
}

/**
 * @typedef {object} Scene
 * @property {Stage} stage
 * @property {import('../guarded-service.mjs').Guarded} orders
 * @property {import('../guarded-service.mjs').Guarded} payments
 */

/** @param {Scene} scene */
async function trades({ stage, orders, payments }) {
  const { fetch } = stage;
  const token = await userToken(stage);
  const alice = await callerWith(stage, orders, token);
  const client = paymentsClient(stage, payments.url);
  const { status } = await client.fetch('/stock', { onBehalfOf: alice });
  await client.close();
  expectThat(status === 200, `the traded token gets in: ${status} ${payments.reason()}`);
  const { subject, scopes } = payments.caller();
  expectThat(subject?.id === alice.subject?.id && subject !== undefined, 'payments knows alice');
  expectThat([...scopes].join(' ') === 'payments:charge', `with this scope and no other: ${[...scopes].join(' ')}`);
  // What is never done, and does not work either.
  const forwarded = await fetch(`${payments.url}/stock`, { headers: { authorization: `Bearer ${token}` } });
  expectThat(forwarded.status === 401, `the token of alice, forwarded: ${forwarded.status}`);
  expectThat(payments.reason() === 'TOKEN_AUDIENCE_MISMATCH', `for its audience: ${payments.reason()}`);
  return 'standard token exchange: payments knows orders as the caller and alice as the subject, with the one scope; her own token, forwarded, is refused there';
}

/** @param {Scene} scene */
async function refuses({ stage, orders, payments }) {
  const { core, client } = stage.bench;
  const alice = await callerWith(stage, orders, await userToken(stage));
  const secret = (/** @type {string} */ clientId, /** @type {string} */ text) =>
    core.clientSecret({ clientId, clientSecret: new core.Secret(text) });
  // Keycloak answers `invalid_request` about targets and switches too, as for a token that it does not take.
  /** @type {readonly (readonly [label: string, change: object, code: string])[]} */
  const rows = [
    ['a scope that alice does not have', { within: undefined }, 'SCOPE_NOT_HELD'],
    [
      'a client that her token is not for',
      { clientAuthentication: secret(clientIds.byPost, stage.secrets.byPost) },
      'SUBJECT_MISSING',
    ],
    ['another issuer of her token', { subjectIssuers: ['https://issuer.test'] }, 'SUBJECT_MISSING'],
    ['a scope that orders may not have', { scope: 'orders:place', within: undefined }, 'EXCHANGE_REFUSED'],
    ['an audience that the scope does not bring', { audience: audiences.inventory }, 'SUBJECT_REFUSED'],
    ['an audience that nobody knows', { audience: 'https://nobody.test' }, 'CREDENTIAL_REFUSED'],
    ['a wrong secret', { clientAuthentication: secret(clientIds.orders, stage.secrets.byPost) }, 'CREDENTIAL_REFUSED'],
    [
      'a client without the switch',
      {
        exchange: client.tokenExchange,
        audienceParameter: 'audience',
        clientAuthentication: secret(clientIds.byPost, stage.secrets.byPost),
      },
      'SUBJECT_REFUSED',
    ],
  ];
  for (const [label, change, code] of rows) {
    const told = await fault(paymentsClient(stage, payments.url, change), alice);
    expectThat(told === code, `${label}: ${told}`);
  }
  return `no exchange with ${rows.map(([label]) => label).join(', ')}`;
}

/** By default Keycloak adds what the client has by default: more than was asked for, and more than alice has. @param {Scene} scene */
async function widens({ stage, orders, payments }) {
  const { core } = stage.bench;
  const alice = await callerWith(stage, orders, await userToken(stage));
  const clientSecret = new core.Secret(stage.secrets.byPost);
  const clientAuthentication = core.clientSecret({ clientId: clientIds.eager, clientSecret });
  const told = await fault(paymentsClient(stage, payments.url, { clientAuthentication }), alice);
  expectThat(told === 'ISSUER_RESPONSE_INVALID', `a token with more scopes than were asked for is not used: ${told}`);
  return 'Keycloak widens by default (a default scope of the client comes along unasked): our client refuses to use such a token';
}

/** Keycloak can be told not to widen. @param {Scene} scene */
async function downscopes({ stage, orders, payments }) {
  const { keycloak } = stage;
  const executors = [{ executor: 'downscope-assertion-grant-enforcer', configuration: {} }];
  await keycloak.administer('PUT', `/${realmName}/client-policies/profiles`, {
    profiles: [{ name: 'downscope', executors }],
  });
  const conditions = [{ condition: 'any-client', configuration: {} }];
  const policy = { name: 'downscope', enabled: true, conditions, profiles: ['downscope'] };
  await keycloak.administer('PUT', `/${realmName}/client-policies/policies`, { policies: [policy] });
  const narrow = await callerWith(stage, orders, await userToken(stage));
  const told = await fault(paymentsClient(stage, payments.url), narrow);
  expectThat(told === 'EXCHANGE_REFUSED', `Keycloak itself refuses a scope that alice does not have: ${told}`);
  // Her token names both services then, so that orders has to accept several audiences.
  const wide = await callerWith(stage, orders, await userToken(stage, 'payments:charge'));
  const client = paymentsClient(stage, payments.url, { within: undefined });
  const { status } = await client.fetch('/stock', { onBehalfOf: wide });
  await client.close();
  expectThat(status === 200, `a scope that alice has is traded: ${status} ${payments.reason()}`);
  await keycloak.administer('PUT', `/${realmName}/client-policies/policies`, { policies: [] });
  return 'with the policy downscope-assertion-grant-enforcer Keycloak refuses it itself, and trades a scope that alice has';
}

/** A session that ended at Keycloak trades nothing. @param {Scene} scene */
async function ends({ stage, orders, payments }) {
  const { keycloak } = stage;
  const alice = await callerWith(stage, orders, await userToken(stage));
  const [user] = await keycloak.administer('GET', `/${realmName}/users?username=alice&exact=true`);
  await keycloak.administer('POST', `/${realmName}/users/${user.id}/logout`);
  const told = await fault(paymentsClient(stage, payments.url), alice);
  expectThat(told === 'SUBJECT_REFUSED', `the session of alice has ended: ${told}`);
  return 'after alice was logged out her token, which still stands here, is traded no more';
}
