/**
 * A real RabbitMQ on free ports of loopback, with everything it writes in the folder of the proof. It is started by its
 * own script, not by the wrapper of Debian, which would become the user of the system's service and use its files.
 */
import { existsSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { eventually, startDaemon } from '../daemon.mjs';
import { freePort } from '../ports.mjs';
import { aptInstall, runProgram } from '../program.mjs';

/** Erlang compiles and starts a hundred applications first. */
const startLimitMs = 90_000;
const script = '/usr/lib/rabbitmq/bin/rabbitmq-server';

/** @returns {Promise<string | undefined>} undefined when it is not installed */
export async function rabbitmqVersion() {
  if (!existsSync(script)) return undefined;
  const { stdout } = await runProgram('dpkg-query', ['--show', '--showformat=${Version}', 'rabbitmq-server']);
  return stdout.split('-')[0] || undefined;
}

/** @throws {Error} when it cannot be had */
export async function installRabbitmq() {
  const isNamed = async () => (await runProgram('epmd', ['-names'])).code === 0;
  const wasThere = await isNamed();
  await aptInstall('rabbitmq-server');
  // Its installation asks a node that does not run, which leaves the port mapper of Erlang behind.
  if (!wasThere && (await isNamed())) await runProgram('epmd', ['-kill']);
}

/**
 * @typedef {object} Broker
 * @property {string} url
 * @property {() => string} log
 * @property {() => Promise<void>} stop
 */

/**
 * @param {string} scratch
 * @returns {Promise<Broker>}
 */
export async function startRabbitmq(scratch) {
  const [port, distPort, epmdPort] = [await freePort(), await freePort(), await freePort()];
  const at = (/** @type {string} */ name) => join(scratch, name);
  const erlang = { ERL_EPMD_PORT: String(epmdPort), ERL_EPMD_ADDRESS: '127.0.0.1', HOME: scratch };
  // Ours, and in the foreground: one that a node starts by itself stays behind when the node has ended.
  const epmd = startDaemon('epmd', ['-port', String(epmdPort), '-address', '127.0.0.1'], erlang);
  const server = startDaemon(script, [], {
    ...erlang,
    RABBITMQ_NODENAME: `interop-${port}@localhost`,
    RABBITMQ_NODE_IP_ADDRESS: '127.0.0.1',
    RABBITMQ_NODE_PORT: String(port),
    RABBITMQ_DIST_PORT: String(distPort),
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '-kernel inet_dist_use_interface {127,0,0,1}',
    RABBITMQ_CONF_ENV_FILE: at('no-environment'),
    RABBITMQ_CONFIG_FILE: at('no-configuration'),
    RABBITMQ_MNESIA_BASE: at('mnesia'),
    RABBITMQ_LOG_BASE: at('log'),
    RABBITMQ_LOGS: '-',
    RABBITMQ_ENABLED_PLUGINS_FILE: at('no-plugins'),
    RABBITMQ_GENERATED_CONFIG_DIR: at('config'),
    RABBITMQ_PID_FILE: at('rabbitmq.pid'),
    // The script then becomes the server, so that its process id is the one that we stop.
    NOTIFY_SOCKET: at('no-systemd'),
  });
  const log = () => `rabbitmq:\n${server.log()}`;
  const stop = async () => {
    await server.stop();
    await epmd.stop();
  };
  try {
    await eventually('RabbitMQ listens', async () => (server.runs() ? answers(port) : ended(log())), startLimitMs);
  } catch (error) {
    await stop();
    throw error;
  }
  return { url: `amqp://guest:guest@127.0.0.1:${port}`, log, stop };
}

/** @param {string} log @returns {never} */
function ended(log) {
  throw new Error(`RabbitMQ has ended\n${log}`);
}

/**
 * @param {number} port
 * @returns {Promise<true | undefined>}
 */
function answers(port) {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(undefined));
  });
}
