/** Runs a service with a proxy in front of it for as long as something is proved; a failure shows the log of the proxy. */
import { startBackend } from './guarded-backend.mjs';

/**
 * @template T
 * @param {import('./stage.mjs').Stage} stage
 * @param {import('@countersign/core').ForwardedCertificateOptions} options
 * @param {object} play
 * @param {(place: import('./stage.mjs').Place) => Promise<import('./stage.mjs').Proxy>} play.start
 * @param {(proxy: import('./stage.mjs').Proxy, backend: import('./guarded-backend.mjs').Backend) => Promise<T>} play.prove
 * @returns {Promise<T>}
 */
export async function withProxy(stage, options, { start, prove }) {
  const backend = await startBackend(stage, options);
  try {
    const proxy = await start(backend.place);
    try {
      return await prove(proxy, backend);
    } catch (error) {
      throw new Error(`${error instanceof Error ? error.message : String(error)}\n${proxy.log()}`, { cause: error });
    } finally {
      await proxy.stop();
    }
  } finally {
    await backend.close();
  }
}
