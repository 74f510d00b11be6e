/** Keycloak is asked about its own tokens (RFC 7662), and takes one back. */
import { names } from '../../bench.mjs';
import { expectThat } from '../../program.mjs';
import { guardedService } from '../guarded-service.mjs';
import { inventoryClient } from '../inventory-client.mjs';
import { audiences, clientIds } from '../realm.mjs';

/**
 * @param {import('../stage.mjs').Stage} stage
 * @returns {Promise<readonly string[]>}
 */
export async function proveIntrospection(stage) {
  const { bench, secrets, keycloak, fetch } = stage;
  const { core } = bench;
  const asker = (/** @type {string} */ clientId, /** @type {string} */ text) =>
    core.clientSecret({ clientId, clientSecret: new core.Secret(text) });
  const service = (/** @type {import('@countersign/core').ClientAuthentication} */ authentication) =>
    guardedService(stage, {
      audience: audiences.inventory,
      id: names.service,
      requirement: { scope: 'stock:read' },
      issuer: { introspection: { authentication, tokens: 'all', cacheSeconds: 0 } },
    });
  const inventory = await service(asker(audiences.inventory, secrets.inventory));
  // A client of the realm that is no audience of the token, and one whose secret is wrong.
  const stranger = await service(asker(clientIds.byPost, secrets.byPost));
  const impostor = await service(asker(audiences.inventory, secrets.byPost));
  const orders = asker(clientIds.orders, secrets.orders);
  const clients = [inventory, stranger, impostor].map((to) =>
    inventoryClient(stage, to, { clientAuthentication: orders }),
  );
  const [client, toStranger, toImpostor] = /** @type {[typeof clients[0], typeof clients[0], typeof clients[0]]} */ (
    /** @type {unknown} */ (clients)
  );
  try {
    expectThat(
      (await client.fetch('/stock')).status === 200,
      `what Keycloak calls active gets in: ${inventory.reason()}`,
    );
    const { status } = await toStranger.fetch('/stock');
    const isNothing = status === 401 && stranger.reason() === 'TOKEN_INACTIVE';
    expectThat(isNothing, `Keycloak tells nothing about the tokens for others: ${status} ${stranger.reason()}`);
    const failed = await toImpostor.fetch('/stock');
    const isUnknown = failed.status === 503 && impostor.reason() === 'INTROSPECTION_UNAVAILABLE';
    expectThat(isUnknown, `without an answer nobody gets in: ${failed.status} ${impostor.reason()}`);

    const token = await ownToken(stage);
    const send = async () =>
      (await fetch(`${inventory.url}/stock`, { headers: { authorization: `Bearer ${token}` } })).status;
    expectThat((await send()) === 200, `the token stands: ${inventory.reason()}`);
    const body = new URLSearchParams({ token, token_type_hint: 'access_token' });
    const headers = new Headers({ 'content-type': 'application/x-www-form-urlencoded' });
    const url = `${keycloak.issuer}/protocol/openid-connect/revoke`;
    await orders.prove({ url, body, headers, now: Date.now(), issuer: keycloak.issuer });
    const revoked = await fetch(url, { method: 'POST', headers, body: body.toString() });
    expectThat(revoked.status === 200, `Keycloak takes the token back: ${revoked.status}`);
    const isEnded = (await send()) === 401 && inventory.reason() === 'TOKEN_INACTIVE';
    expectThat(isEnded, `a token that was taken back is refused at the next request: ${inventory.reason()}`);
    expectThat((await client.fetch('/stock')).status === 200, 'another token of the same client goes on');
  } finally {
    await Promise.all([client, toStranger, toImpostor].map((one) => one.close()));
    await Promise.all([inventory, stranger, impostor].map((one) => one.close()));
  }
  return [
    'introspection: an active token gets in; as a client that is no audience of the token 401, with a wrong secret 503; a token that Keycloak takes back is refused at the next request, others go on',
  ];
}

/**
 * A token of `orders` to hold in the hand.
 * @param {import('../stage.mjs').Stage} stage
 */
async function ownToken({ bench: { core }, secrets, keycloak, fetch }) {
  const body = new URLSearchParams({ grant_type: 'client_credentials', scope: 'stock:read' });
  const headers = new Headers({ 'content-type': 'application/x-www-form-urlencoded' });
  const url = `${keycloak.issuer}/protocol/openid-connect/token`;
  const clientSecret = new core.Secret(secrets.orders);
  await core
    .clientSecret({ clientId: clientIds.orders, clientSecret })
    .prove({ url, body, headers, now: Date.now(), issuer: keycloak.issuer });
  const answer = await fetch(url, { method: 'POST', headers, body: body.toString() });
  return /** @type {{ access_token: string }} */ (await answer.json()).access_token;
}
