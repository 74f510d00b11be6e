/** The client of the guarded service, with tokens of Keycloak: as `orders` would write it. */
import { audiences } from './realm.mjs';

/**
 * @typedef {object} Grant what differs from the usual
 * @property {import('@countersign/core').ClientAuthentication} clientAuthentication
 * @property {string} [scope]
 * @property {import('@countersign/client').ClientTls} [tls] to Keycloak
 * @property {boolean} [certificateBound]
 * @property {import('@countersign/core').DpopProver} [dpop]
 */

/**
 * @param {import('./stage.mjs').Stage} stage
 * @param {{ readonly url: string, readonly tls?: import('@countersign/client').ClientTls }} service
 * @param {Grant} grant
 */
export function inventoryClient({ bench: { client }, keycloak, authority }, { url, tls }, grant) {
  const serverTls = client.serverTls({ ca: authority.bundlePem });
  return client.createServiceClient({
    baseUrl: url,
    audience: audiences.inventory,
    credentials: client.clientCredentials({ issuer: keycloak.issuer, scope: 'stock:read', tls: serverTls, ...grant }),
    tls: tls ?? serverTls,
  });
}

/**
 * The code of the fault that a call ends with. Closes the client.
 * @param {import('@countersign/client').ServiceClient} client
 * @param {import('@countersign/core').Caller} [onBehalfOf]
 * @returns {Promise<string>}
 */
export async function fault(client, onBehalfOf) {
  try {
    const { status } = await client.fetch('/stock', onBehalfOf === undefined ? {} : { onBehalfOf });
    return `none, status ${status}`;
  } catch (error) {
    return /** @type {{ code?: string }} */ (error).code ?? String(error);
  } finally {
    await client.close();
  }
}
