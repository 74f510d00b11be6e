/**
 * Tokens that are bound: to the certificate that the client showed to Keycloak (RFC 8705), and to a key with proofs (RFC
 * 9449). Whoever takes such a token away has nothing.
 */
import { names } from '../../bench.mjs';
import { expectThat } from '../../program.mjs';
import { guardedService } from '../guarded-service.mjs';
import { fault, inventoryClient } from '../inventory-client.mjs';
import { audiences, clientIds } from '../realm.mjs';
import { keycloakId } from '../stage.mjs';

/** @typedef {import('../stage.mjs').Stage} Stage */

/**
 * @param {Stage} stage
 * @returns {Promise<readonly string[]>}
 */
export async function proveSenderConstrained(stage) {
  const inventory = await guardedService(stage, {
    audience: audiences.inventory,
    id: names.service,
    requirement: { scope: 'stock:read', senderConstrained: true },
  });
  try {
    return [
      ...(await certificates(stage, inventory)),
      ...(await proofs(stage, inventory)),
      await bearer(stage, inventory),
    ];
  } finally {
    await inventory.close();
  }
}

/**
 * Sends a token that was taken away.
 * @param {Stage} stage
 * @param {import('../guarded-service.mjs').Guarded} service
 * @param {{ headers: Record<string, string>, identity?: import('../stage.mjs').PemIdentity }} with_
 */
async function statusOf({ bench, authority }, service, { headers, identity }) {
  const shown = identity === undefined ? {} : { identity };
  const fetch = bench.testing.trustingFetch({ ca: authority.bundlePem, ...shown });
  return (await fetch(`${service.url}/stock`, { headers })).status;
}

/**
 * The token itself, as a source of credentials gives it to a client.
 * @param {import('@countersign/client').ClientCredentialsOptions} grant
 * @param {Stage} stage
 */
async function takenFrom(grant, { bench: { core, client } }) {
  const source = client.clientCredentials(grant).bind({
    clock: core.systemClock,
    audience: audiences.inventory,
    notify: () => {},
  });
  const { token } = await source.credential({});
  await source.close?.();
  return token;
}

/**
 * @param {Stage} stage
 * @param {import('../guarded-service.mjs').Guarded} inventory
 */
async function certificates(stage, inventory) {
  const { bench, keycloak, authority, identities } = stage;
  const { core, client } = bench;
  const trustBundle = authority.bundle;
  const tlsAs = (
    /** @type {import('../stage.mjs').PemIdentity} */ { keyPem, certificatePem },
    /** @type {string} */ server,
  ) => client.mtls({ key: new core.Secret(keyPem), certificate: certificatePem, server, trustBundle });
  const grantOf = (/** @type {import('../stage.mjs').PemIdentity} */ identity) => ({
    clientAuthentication: core.tlsClientAuth({ clientId: clientIds.byCertificate }),
    tls: tlsAs(identity, keycloakId),
    certificateBound: true,
  });
  const clientAs = (/** @type {import('../stage.mjs').PemIdentity} */ identity, shown = identity) =>
    inventoryClient(stage, { url: inventory.url, tls: tlsAs(shown, names.service) }, grantOf(identity));

  const orders = clientAs(identities.orders);
  const { status } = await orders.fetch('/stock');
  await orders.close();
  expectThat(status === 200, `a token that is bound to our certificate gets in: ${status} ${inventory.reason()}`);
  const { id, evidence } = inventory.caller();
  expectThat(id === `oauth:${keycloak.issuer}#${clientIds.byCertificate}`, `the caller is the client: ${id}`);
  expectThat(
    evidence.some((one) => one.kind === 'access-token' && one.binding === 'x5t#S256'),
    'the token is bound',
  );

  const mismatch = await fault(clientAs(identities.orders, identities.namesake));
  expectThat(
    mismatch === 'CERTIFICATE_MISMATCH',
    `over connections of another certificate nothing is sent: ${mismatch}`,
  );
  const wrongName = await fault(clientAs(identities.namesake));
  expectThat(wrongName === 'CREDENTIAL_REFUSED', `Keycloak refuses a certificate with another subject: ${wrongName}`);
  const alien = await fault(clientAs(identities.alien));
  expectThat(!alien.startsWith('none'), `Keycloak refuses a certificate of a foreign authority: ${alien}`);

  const options = { issuer: keycloak.issuer, scope: 'stock:read', ...grantOf(identities.orders) };
  const token = await takenFrom(options, stage);
  const headers = { authorization: `Bearer ${token.expose()}` };
  expectThat(
    (await statusOf(stage, inventory, { headers, identity: identities.orders })) === 200,
    'with its certificate',
  );
  for (const identity of [undefined, identities.namesake]) {
    const got = await statusOf(stage, inventory, { headers, ...(identity !== undefined && { identity }) });
    const shown = identity === undefined ? 'no certificate' : 'another certificate';
    const reason = identity === undefined ? 'BINDING_MISSING' : 'BINDING_MISMATCH';
    const isRefused = got === 401 && inventory.reason() === reason;
    expectThat(isRefused, `taken away, with ${shown}: ${got} ${inventory.reason()}`);
  }
  return [
    'tls_client_auth with certificate-bound tokens: the service knows the client; Keycloak refuses another subject and a foreign authority; the token is sent over no connection with another certificate, and is refused there',
  ];
}

/**
 * @param {Stage} stage
 * @param {import('../guarded-service.mjs').Guarded} inventory
 */
async function proofs(stage, inventory) {
  const { bench, keycloak, authority, secrets } = stage;
  const { core, client } = bench;
  const clientSecret = new core.Secret(secrets.byPost);
  const clientAuthentication = core.clientSecret({ clientId: clientIds.bySender, clientSecret });
  const dpop = core.dpopProver();
  const orders = inventoryClient(stage, inventory, { clientAuthentication, dpop });
  const { status } = await orders.fetch('/stock');
  const second = await orders.fetch('/stock');
  await orders.close();
  expectThat(status === 200 && second.status === 200, `a token with proofs gets in: ${status} ${inventory.reason()}`);
  const { evidence } = inventory.caller();
  expectThat(
    evidence.some((one) => one.kind === 'access-token' && one.binding === 'jkt'),
    'the token is bound to the key',
  );

  const unproven = await fault(inventoryClient(stage, inventory, { clientAuthentication }));
  expectThat(unproven === 'CREDENTIAL_REFUSED', `Keycloak refuses this client without a proof: ${unproven}`);
  const tls = client.serverTls({ ca: authority.bundlePem });
  const token = await takenFrom(
    { issuer: keycloak.issuer, scope: 'stock:read', clientAuthentication, dpop, tls },
    stage,
  );
  const url = `${inventory.url}/stock`;
  const proof = (/** @type {import('@countersign/core').DpopProver} */ by, /** @type {object} */ more = {}) =>
    by.prove({ method: 'GET', url, accessToken: token, now: Date.now(), ...more });
  const used = proof(dpop);
  const headers = (/** @type {string} */ dpopHeader, scheme = 'DPoP') => ({
    authorization: `${scheme} ${token.expose()}`,
    ...(dpopHeader !== '' && { dpop: dpopHeader }),
  });
  expectThat(
    (await statusOf(stage, inventory, { headers: headers(used) })) === 200,
    `with a proof: ${inventory.reason()}`,
  );
  /** @type {readonly (readonly [label: string, headers: Record<string, string>, reason: string])[]} */
  const rows = [
    ['the same proof again', headers(used), 'PROOF_REPLAYED'],
    ['a proof of another key', headers(proof(core.dpopProver())), 'BINDING_MISMATCH'],
    ['a proof for another address', headers(proof(dpop, { url: 'https://payments.test/stock' })), 'PROOF_INVALID'],
    ['a proof for another method', headers(proof(dpop, { method: 'POST' })), 'PROOF_INVALID'],
    ['no proof', headers(''), 'PROOF_INVALID'],
    ['the scheme of bearer tokens', headers('', 'Bearer'), 'BINDING_MISSING'],
  ];
  for (const [label, sent, reason] of rows) {
    const got = await statusOf(stage, inventory, { headers: sent });
    const isRefused = got === 401 && inventory.reason() === reason;
    expectThat(isRefused, `a DPoP token with ${label}: ${got} ${inventory.reason()}`);
  }
  return [
    `DPoP: a token of Keycloak that is bound to our key gets in with our proofs; refused: ${rows.map(([label]) => label).join(', ')}`,
  ];
}

/**
 * @param {Stage} stage
 * @param {import('../guarded-service.mjs').Guarded} inventory
 */
async function bearer(stage, inventory) {
  const { core } = stage.bench;
  const clientSecret = new core.Secret(stage.secrets.orders);
  const clientAuthentication = core.clientSecret({ clientId: clientIds.orders, clientSecret });
  const client = inventoryClient(stage, inventory, { clientAuthentication });
  const { status } = await client.fetch('/stock');
  await client.close();
  const isRefused = status === 401 && inventory.reason() === 'BINDING_MISSING';
  expectThat(isRefused, `a bearer token is not enough for this route: ${status} ${inventory.reason()}`);
  return 'a route that asks for a bound token refuses a bearer token of the same Keycloak';
}
