/**
 * One trust domain of SPIRE on loopback: a server, and an agent that joins with a token and tells workloads apart by the
 * path of their program. Lives are short, so that a run sees many of them.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../ports.mjs';
import { expectThat, runProgram } from '../program.mjs';
import { binaries } from './binaries.mjs';
import { eventually, startDaemon } from '../daemon.mjs';

export const trustDomain = 'prod.test';

/**
 * @typedef {object} Spire
 * @property {string} endpoint of the Workload API
 * @property {{ readonly url: string, readonly id: string }} bundleEndpoint
 * @property {(entry: { id: string, program: string }) => Promise<string>} createEntry gives the id of the entry
 * @property {(entryId: string) => Promise<void>} deleteEntry
 * @property {(format: 'pem' | 'spiffe') => Promise<string>} bundle as an administrator exports it
 * @property {(step: 'show' | 'prepare' | 'activate' | 'taint' | 'revoke', authorityId?: string) => Promise<any>} authority a step of a planned change of the CA
 * @property {() => Promise<void>} startAgent
 * @property {() => Promise<void>} killAgent without a chance to say good-bye
 * @property {() => string} log
 * @property {() => Promise<void>} stop
 */

/** Seconds. SPIRE renews at half of a life that it begins ten seconds back: (10 + 20) / 2 are left, 5 after the start. */
export const svidLifetimeSeconds = 20;

/** @param {{ dir: string, port: number, bundlePort: number, socket: string }} where */
const serverConfig = ({ dir, port, bundlePort, socket }) => `server {
  bind_address = "127.0.0.1"
  bind_port = "${port}"
  socket_path = "${socket}"
  trust_domain = "${trustDomain}"
  data_dir = "${dir}"
  log_level = "WARN"
  ca_ttl = "1h"
  agent_ttl = "10m"
  default_x509_svid_ttl = "${svidLifetimeSeconds}s"
  default_jwt_svid_ttl = "1m"
  federation { bundle_endpoint { address = "127.0.0.1" port = ${bundlePort} profile "https_spiffe" {} } }
  experimental { cache_reload_interval = "1s" }
}
plugins {
  DataStore "sql" { plugin_data { database_type = "sqlite3" connection_string = "${dir}/datastore.sqlite3" } }
  NodeAttestor "join_token" { plugin_data {} }
  KeyManager "memory" { plugin_data {} }
}
`;

/** @param {{ dir: string, port: number, socket: string, bundle: string }} where */
const agentConfig = ({ dir, port, socket, bundle }) => `agent {
  data_dir = "${dir}"
  log_level = "WARN"
  server_address = "127.0.0.1"
  server_port = "${port}"
  socket_path = "${socket}"
  trust_bundle_path = "${bundle}"
  trust_domain = "${trustDomain}"
  experimental { sync_interval = "1s" }
}
plugins {
  NodeAttestor "join_token" { plugin_data {} }
  KeyManager "disk" { plugin_data { directory = "${dir}" } }
  WorkloadAttestor "unix" { plugin_data { discover_workload_path = true } }
}
`;

/**
 * @param {string} scratch
 * @returns {Promise<Spire>}
 */
export async function startSpire(scratch) {
  const at = (/** @type {string} */ name) => join(scratch, name);
  for (const name of ['server', 'agent']) mkdirSync(at(name), { mode: 0o700 });
  const [port, bundlePort] = [await freePort(), await freePort()];
  const sockets = { server: at('server.sock'), agent: at('agent.sock') };
  writeFileSync(at('server.conf'), serverConfig({ dir: at('server'), port, bundlePort, socket: sockets.server }));
  const agentWhere = { dir: at('agent'), port, socket: sockets.agent, bundle: at('bundle.pem') };
  writeFileSync(at('agent.conf'), agentConfig(agentWhere));

  /** @param {readonly string[]} args */
  const administer = async (...args) => {
    const ended = await runProgram(binaries.server, [...args, '-socketPath', sockets.server]);
    expectThat(ended.code === 0, `spire-server ${args[0]} ${args[1]}`, ended);
    return ended.stdout;
  };
  const server = startDaemon(binaries.server, ['run', '-config', at('server.conf')]);
  /** @type {import('../daemon.mjs').Daemon | undefined} */
  let agent;
  const log = () => `spire-server:\n${server.log()}\nspire-agent:\n${agent?.log() ?? ''}`;
  const healthy = async (/** @type {'server' | 'agent'} */ which) => {
    const args = ['healthcheck', '-socketPath', sockets[which]];
    return (await runProgram(binaries[which], args)).code === 0 || undefined;
  };
  try {
    await eventually('spire-server is healthy', () => healthy('server'));
    writeFileSync(at('bundle.pem'), await administer('bundle', 'show'));
    const token = JSON.parse(await administer('token', 'generate', '-output', 'json')).value;
    const startAgent = async () => {
      agent = startDaemon(binaries.agent, ['run', '-config', at('agent.conf'), '-joinToken', token]);
      await eventually('spire-agent is healthy', () => healthy('agent'));
    };
    await startAgent();
    return {
      endpoint: `unix://${sockets.agent}`,
      bundleEndpoint: { url: `https://127.0.0.1:${bundlePort}`, id: `spiffe://${trustDomain}/spire/server` },
      createEntry: async ({ id, program }) => {
        const parent = `spiffe://${trustDomain}/spire/agent/join_token/${token}`;
        const entry = ['-spiffeID', id, '-parentID', parent, '-selector', `unix:path:${program}`];
        const told = JSON.parse(await administer('entry', 'create', '-output', 'json', ...entry));
        return told.results[0].entry.id;
      },
      deleteEntry: async (entryId) => void (await administer('entry', 'delete', '-entryID', entryId)),
      bundle: (format) => administer('bundle', 'show', '-format', format),
      authority: async (step, authorityId) => {
        const which = authorityId === undefined ? [] : ['-authorityID', authorityId];
        return JSON.parse(await administer('localauthority', 'x509', step, '-output', 'json', ...which));
      },
      startAgent,
      killAgent: async () => agent?.stop('SIGKILL'),
      log,
      stop: async () => {
        await agent?.stop();
        await server.stop();
      },
    };
  } catch (error) {
    await agent?.stop();
    await server.stop();
    throw new Error(`${error instanceof Error ? error.message : String(error)}\n${log()}`, { cause: error });
  }
}
