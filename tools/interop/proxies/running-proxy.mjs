/** A proxy that runs in the foreground as our child, and is ready when its port takes connections. */
import { connect } from 'node:net';
import { eventually, startDaemon } from '../daemon.mjs';

/**
 * @param {string} program
 * @param {readonly string[]} args
 * @param {number} port of loopback, which its configuration names
 * @returns {Promise<import('./stage.mjs').Proxy>}
 */
export async function startProxy(program, args, port) {
  const daemon = startDaemon(program, args);
  try {
    await eventually(`${program} takes connections`, () => {
      if (!daemon.runs()) throw new Error(`${program} has ended`);
      return takesConnections(port);
    });
  } catch (error) {
    await daemon.stop();
    throw new Error(`${error instanceof Error ? error.message : String(error)}\n${daemon.log()}`, { cause: error });
  }
  return { ...daemon, port };
}

/**
 * @param {number} port
 * @returns {Promise<boolean>}
 */
function takesConnections(port) {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
