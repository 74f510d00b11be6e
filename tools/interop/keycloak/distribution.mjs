/**
 * Keycloak as its makers publish it: the zip of Maven Central, unpacked into a cache outside the checkout and configured
 * there once. What is there in the pinned version is used again.
 */
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { runProgram } from '../program.mjs';

/** The newest that runs on Java 17. */
const keycloakVersion = '26.7.3';
const cache = join(homedir(), '.cache', 'countersign-interop', 'keycloak');
const artifact = `org.keycloak:keycloak-quarkus-dist:${keycloakVersion}:zip`;
/** Its build takes twenty seconds on two processors that do nothing else. */
const limitMs = 10 * 60_000;

/** Fixed at build time: the database dies with the process, and whoever has a certificate is asked for it. */
const buildOptions = ['--db=dev-mem', '--transaction-xa-enabled=false', '--https-client-auth=request'];

/** Where Keycloak is. */
export const home = join(cache, `keycloak-${keycloakVersion}`);

/**
 * The arguments of `java` that start Keycloak without its shell script, which would stand between us and the process.
 * @param {string} folder of Keycloak
 * @param {readonly string[]} args
 */
export const javaArgs = (folder, args) => [
  '-Xmx512m',
  '-XX:TieredStopAtLevel=1',
  '--add-opens=java.base/java.lang=ALL-UNNAMED',
  `-Dkc.home.dir=${folder}`,
  '-Djava.util.logging.manager=org.jboss.logmanager.LogManager',
  '-Djava.util.concurrent.ForkJoinPool.common.threadFactory=io.quarkus.bootstrap.forkjoin.QuarkusForkJoinWorkerThreadFactory',
  '-cp',
  join(folder, 'lib', 'quarkus-run.jar'),
  'io.quarkus.bootstrap.runner.QuarkusEntryPoint',
  ...args,
];

/** @returns {Promise<string | undefined>} undefined when it is missing, or of another version */
export async function keycloakInstalled() {
  return existsSync(home) ? keycloakVersion : undefined;
}

/**
 * Fetches, unpacks and configures it.
 * @throws {Error} when there is no Java or Maven, or the artifact cannot be had
 */
export async function installKeycloak() {
  const java = await runProgram('java', ['-version']);
  if (java.code !== 0) throw new Error('Java is missing');
  rmSync(cache, { recursive: true, force: true });
  const fresh = join(cache, 'fresh');
  mkdirSync(fresh, { recursive: true });
  await run('mvn', ['-q', '-B', 'dependency:copy', `-Dartifact=${artifact}`, `-DoutputDirectory=${cache}`]);
  const zip = join(cache, `keycloak-quarkus-dist-${keycloakVersion}.zip`);
  // `jar` comes with Java, unlike unzip. It does not restore modes, and we start no script.
  await run('jar', ['xf', zip], fresh);
  rmSync(zip);
  const unpacked = join(fresh, `keycloak-${keycloakVersion}`);
  await run('java', javaArgs(unpacked, ['build', ...buildOptions]));
  // Last, so that a run that was stopped halfway leaves nothing that looks complete.
  renameSync(unpacked, home);
  rmSync(fresh, { recursive: true });
}

/**
 * @param {string} program
 * @param {readonly string[]} args
 * @param {string} [cwd]
 */
async function run(program, args, cwd) {
  const { code, stdout, stderr } = await runProgram(program, args, { limitMs, ...(cwd !== undefined && { cwd }) });
  if (code === 0) return;
  throw new Error(`${program} ${args[0]}: ${(stderr + stdout).trim().split('\n').at(-1) || 'is missing'}`);
}
