/** Tokens for a service itself, proven by a secret and by a key; and neighbours that Keycloak refuses. */
import { names } from '../../bench.mjs';
import { expectThat } from '../../program.mjs';
import { guardedService } from '../guarded-service.mjs';
import { audiences, clientIds } from '../realm.mjs';
import { fault, inventoryClient } from '../inventory-client.mjs';

/** @typedef {import('@countersign/core').ClientAuthentication} ClientAuthentication */

/** @param {import('../stage.mjs').Stage} stage */
const proofsOf = ({ bench: { core }, secrets, keys }) => {
  const secret = (/** @type {string} */ clientId, /** @type {string} */ text, /** @type {'basic' | 'post'} */ method) =>
    core.clientSecret({ clientId, clientSecret: new core.Secret(text), method });
  /** @param {import('node:crypto').KeyObject} own @param {string} [keyId] @param {string} [clientId] */
  const key = (own, keyId = 'one', clientId = clientIds.byKey) =>
    core.privateKeyJwt({ clientId, key: own, algorithm: 'ES256', keyId });
  /** An assertion that names another audience than the issuer. @type {ClientAuthentication} */
  const elsewhere = {
    ...key(keys.registered),
    prove: (form) => key(keys.registered).prove({ ...form, issuer: 'https://issuer.test' }),
  };
  return {
    /** @type {readonly (readonly [way: string, clientId: string, ClientAuthentication])[]} */
    accepted: [
      ['client_secret_basic', clientIds.orders, secret(clientIds.orders, secrets.orders, 'basic')],
      ['client_secret_post', clientIds.byPost, secret(clientIds.byPost, secrets.byPost, 'post')],
      ['private_key_jwt', clientIds.byKey, key(keys.registered)],
    ],
    /** @type {readonly (readonly [way: string, ClientAuthentication])[]} */
    refused: [
      ['a wrong secret', secret(clientIds.orders, secrets.byPost, 'basic')],
      ['the secret of another client', secret(clientIds.byPost, secrets.orders, 'post')],
      ['an unknown client', secret('nobody', secrets.orders, 'basic')],
      ['another key', key(keys.unknown)],
      ['the key under the name of another one', key(keys.registered, 'two')],
      ['the key of another client', key(keys.registered, 'one', clientIds.orders)],
      ['an assertion for another audience', elsewhere],
    ],
  };
};

/**
 * @param {import('../stage.mjs').Stage} stage
 * @returns {Promise<readonly string[]>}
 */
export async function proveClientCredentials(stage) {
  const { accepted, refused } = proofsOf(stage);
  const { issuer } = stage.keycloak;
  const requirement = { scope: 'stock:read' };
  const inventory = await guardedService(stage, { audience: audiences.inventory, id: names.service, requirement });
  const payments = await guardedService(stage, { audience: audiences.payments, id: names.stranger, requirement });
  try {
    for (const [way, clientId, clientAuthentication] of accepted) {
      const client = inventoryClient(stage, inventory, { clientAuthentication });
      const { status } = await client.fetch('/stock');
      expectThat(status === 200, `a token by ${way} gets in: ${status} ${inventory.reason()}`);
      const { id, subject } = inventory.caller();
      expectThat(id === `oauth:${issuer}#${clientId}`, `the caller is the client: ${id}`);
      expectThat(subject === undefined, `a client that calls for itself is for no subject: ${subject?.id}`);
      await client.close();
      // The same token, at a service that it is not for, and without the scope that is asked for.
      const elsewhere = inventoryClient(stage, payments, { clientAuthentication });
      expectThat((await elsewhere.fetch('/stock')).status === 401, `another service refuses a token by ${way}`);
      expectThat(payments.reason() === 'TOKEN_AUDIENCE_MISMATCH', `for its audience: ${payments.reason()}`);
      await elsewhere.close();
      const narrow = inventoryClient(stage, inventory, { clientAuthentication, scope: 'stock:write' });
      expectThat((await narrow.fetch('/stock')).status === 403, `without the scope a token by ${way} is not enough`);
      await narrow.close();
    }
    for (const [way, clientAuthentication] of refused) {
      const told = await fault(inventoryClient(stage, inventory, { clientAuthentication }));
      expectThat(told === 'CREDENTIAL_REFUSED', `Keycloak refuses ${way}: ${told}`);
    }
    const [, , clientAuthentication] = /** @type {typeof accepted[0]} */ (accepted[0]);
    const told = await fault(inventoryClient(stage, inventory, { clientAuthentication, scope: 'orders:place' }));
    expectThat(told === 'CREDENTIAL_REFUSED', `Keycloak refuses a scope that the client does not have: ${told}`);
  } finally {
    await inventory.close();
    await payments.close();
  }
  return [
    `client credentials by ${accepted.map(([way]) => way).join(', ')} (the issuer is the one audience of the assertion): the service knows the client`,
    `such a token is refused at another service and without the scope; Keycloak refuses ${refused.map(([way]) => way).join(', ')}, and a scope that was not given`,
  ];
}
