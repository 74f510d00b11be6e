/** Who plays in the proofs of Keycloak: the server with its realm, what its clients prove themselves with, and strangers. */
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { names } from '../bench.mjs';
import { startKeycloak } from './keycloak.mjs';
import { certificateName, clientIds, realm } from './realm.mjs';

/**
 * @typedef {import('@countersign/testing').PemIdentity} PemIdentity
 * @typedef {Readonly<Record<'orders' | 'byPost' | 'inventory' | 'frontend' | 'user', string>>} SecretTexts
 *
 * @typedef {object} Stage
 * @property {import('../bench.mjs').Bench} bench
 * @property {import('./keycloak.mjs').Keycloak} keycloak
 * @property {import('@countersign/testing').TestAuthority} authority
 * @property {SecretTexts} secrets
 * @property {Readonly<Record<'registered' | 'unknown', import('node:crypto').KeyObject>>} keys of clients, private
 * @property {Readonly<Record<'orders' | 'namesake' | 'alien', PemIdentity>>} identities of clients: the registered one, another certificate with another subject, the right subject from a foreign authority
 * @property {import('@countersign/core').Fetch} fetch
 */

/** SPIFFE ID in the certificate of Keycloak. */
export const keycloakId = `spiffe://${names.trustDomain}/keycloak`;

const p256 = () => generateKeyPairSync('ec', { namedCurve: 'P-256' });

/**
 * @param {import('../bench.mjs').Bench} bench
 * @returns {Promise<Stage>}
 */
export async function setStage(bench) {
  const { testing } = bench;
  const authority = await testing.createTestAuthority({ trustDomain: names.trustDomain });
  const foreign = await testing.createTestAuthority({ trustDomain: names.trustDomain });
  const random = () => randomBytes(24).toString('base64url');
  // HTTP Basic takes these characters only when they are encoded first.
  const secrets = {
    orders: `a:b+c %?${random()}`,
    byPost: random(),
    inventory: random(),
    frontend: random(),
    user: random(),
  };
  const registered = p256();
  const publicJwk = { ...registered.publicKey.export({ format: 'jwk' }), kid: 'one', use: 'sig', alg: 'ES256' };
  const identities = {
    orders: await authority.issue({ id: names.caller, commonName: certificateName }),
    namesake: await authority.issue({ id: names.caller, commonName: 'billing.prod.test' }),
    alien: await foreign.issue({ id: names.caller, commonName: certificateName }),
  };
  const keycloak = await startKeycloak(bench, { authority, id: keycloakId });
  try {
    await keycloak.administer('POST', '', realm({ ...secrets, publicJwk }));
  } catch (error) {
    await keycloak.stop();
    throw error;
  }
  return {
    bench,
    keycloak,
    authority,
    secrets,
    keys: { registered: registered.privateKey, unknown: p256().privateKey },
    identities,
    fetch: testing.trustingFetch({ ca: authority.bundlePem }),
  };
}

/**
 * The access token of alice, as the front end gets it for her.
 * @param {Stage} stage
 * @param {string} [scope] besides that for orders
 */
export async function userToken({ keycloak, secrets, fetch }, scope = '') {
  const body = new URLSearchParams({
    grant_type: 'password',
    client_id: clientIds.frontend,
    client_secret: secrets.frontend,
    username: 'alice',
    password: secrets.user,
    ...(scope !== '' && { scope }),
  });
  const answer = await fetch(`${keycloak.issuer}/protocol/openid-connect/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: body.toString(),
  });
  if (answer.status !== 200) throw new Error(`alice gets no token: ${answer.status} ${await answer.text()}`);
  return /** @type {{ access_token: string }} */ (await answer.json()).access_token;
}
