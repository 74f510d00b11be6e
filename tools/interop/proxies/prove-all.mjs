/** Everything that is proved of every proxy. */
import { proveConnections } from './prove-connections.mjs';
import { proveAttacks, proveBinding, proveCallers, proveResumption } from './prove-proxy.mjs';

/** @param {import('./prove-proxy.mjs').Scene} scene */
export async function proveAll(scene) {
  return [
    await proveCallers(scene),
    await proveAttacks(scene),
    await proveBinding(scene),
    await proveResumption(scene),
    await proveConnections(scene),
  ];
}
