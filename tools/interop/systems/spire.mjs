/**
 * SPIRE: a real server and a real agent give our workloads their identities, and a peer on go-spiffe stands at the other
 * end of mutual TLS. Rotation under load, withdrawal, a dead agent, JWT-SVIDs and the bundle endpoint.
 */
import { build, builtVersion } from '../spire/binaries.mjs';
import { proveGoSpiffe } from '../spire/proofs/go-spiffe.mjs';
import { startSpire } from '../spire/spire.mjs';
import { register } from '../spire/workloads.mjs';

const proofs = [proveGoSpiffe];

/** @type {import('../try-out.mjs').System} */
export const system = {
  name: 'spire',
  version: builtVersion,
  install: build,
  prove: async ({ scratch }) => {
    const spire = await startSpire(scratch);
    const lines = [];
    try {
      await register({ spire, scratch });
      for (const prove of proofs) lines.push(...(await prove({ spire, scratch })));
      return lines;
    } catch (error) {
      throw new Error(`${error instanceof Error ? error.message : String(error)}\n${spire.log()}`, { cause: error });
    } finally {
      await spire.stop();
    }
  },
};
