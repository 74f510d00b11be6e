/**
 * Keycloak: an authorization server that others wrote. Our clients get tokens from it in every way that it knows, and our
 * services take them, follow its keys and ask it about them.
 */
import { installKeycloak, keycloakInstalled } from '../keycloak/distribution.mjs';
import { proveClientCredentials } from '../keycloak/proofs/client-credentials.mjs';
import { proveIntrospection } from '../keycloak/proofs/introspection.mjs';
import { proveKeyRotation } from '../keycloak/proofs/key-rotation.mjs';
import { proveRfc9068 } from '../keycloak/proofs/rfc-9068.mjs';
import { proveSenderConstrained } from '../keycloak/proofs/sender-constrained.mjs';
import { proveTokenExchange } from '../keycloak/proofs/token-exchange.mjs';
import { setStage } from '../keycloak/stage.mjs';

const proofs = [
  proveClientCredentials,
  proveRfc9068,
  proveSenderConstrained,
  proveTokenExchange,
  proveIntrospection,
  proveKeyRotation,
];

/** @type {import('../try-out.mjs').System} */
export const system = {
  name: 'keycloak',
  version: keycloakInstalled,
  install: installKeycloak,
  prove: async (bench) => {
    const stage = await setStage(bench);
    /** @type {string[]} */
    const lines = [];
    try {
      for (const prove of proofs) lines.push(...(await prove(stage)));
      return lines;
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      throw new Error(`${text}\n${stage.keycloak.log().slice(-2000)}`, { cause: error });
    } finally {
      await stage.keycloak.stop();
    }
  },
};
