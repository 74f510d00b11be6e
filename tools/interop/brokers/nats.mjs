/** A real nats-server on a free port of loopback, with JetStream, and what it keeps in the folder of the proof. */
import { join } from 'node:path';
import { eventually, startDaemon } from '../daemon.mjs';
import { freePort } from '../ports.mjs';

/**
 * @param {string} scratch
 * @returns {Promise<import('./rabbitmq.mjs').Broker>}
 */
export async function startNats(scratch) {
  const port = await freePort();
  const args = [
    '--addr',
    '127.0.0.1',
    '--port',
    String(port),
    '--jetstream',
    '--store_dir',
    join(scratch, 'jetstream'),
  ];
  const server = startDaemon('nats-server', args);
  const log = () => `nats-server:\n${server.log()}`;
  try {
    await eventually('nats-server listens', () => {
      if (!server.runs()) throw new Error(`nats-server has ended\n${log()}`);
      return server.log().includes('Server is ready') || undefined;
    });
  } catch (error) {
    await server.stop();
    throw error;
  }
  return { url: `nats://127.0.0.1:${port}`, log, stop: () => server.stop() };
}
