/**
 * SPIRE: a real server and a real agent give our workloads their identities, and a peer on go-spiffe stands at the other
 * end of mutual TLS. Rotation under load, withdrawal, a dead agent, JWT-SVIDs and the bundle endpoint.
 */
import { build, builtVersion } from '../spire/binaries.mjs';
import { proveAuthorityChange } from '../spire/proofs/authority.mjs';
import { proveBundleEndpoint } from '../spire/proofs/bundle-endpoint.mjs';
import { proveGoSpiffe } from '../spire/proofs/go-spiffe.mjs';
import { proveJwtSvids } from '../spire/proofs/jwt-svid.mjs';
import { proveMutualTls } from '../spire/proofs/mutual-tls.mjs';
import { proveRotation } from '../spire/proofs/rotation.mjs';
import { proveOutage, proveRegistration } from '../spire/proofs/withdrawal.mjs';
import { startSpire } from '../spire/spire.mjs';
import { register } from '../spire/workloads.mjs';

const proofs = [
  proveGoSpiffe,
  proveMutualTls,
  proveJwtSvids,
  proveRotation,
  proveRegistration,
  proveOutage,
  proveBundleEndpoint,
  proveAuthorityChange,
];

/** @type {import('../try-out.mjs').System} */
export const system = {
  name: 'spire',
  version: builtVersion,
  install: build,
  prove: async (bench) => {
    const spire = await startSpire(bench.scratch);
    /** @type {string[]} */
    const lines = [];
    try {
      const given = { ...bench, spire };
      await register(given);
      for (const prove of proofs) lines.push(...(await prove(given)));
      return lines;
    } catch (error) {
      throw new Error(`${error instanceof Error ? error.message : String(error)}\n${spire.log()}`, { cause: error });
    } finally {
      await spire.stop();
    }
  },
};
