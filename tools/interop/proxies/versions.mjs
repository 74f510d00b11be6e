/** Which proxies of Debian are there, and in which version. */
import { runProgram } from '../program.mjs';

/** @type {readonly (readonly ['nginx' | 'haproxy' | 'caddy', string, RegExp])[]} */
const asked = [
  ['nginx', '-v', /nginx\/(\S+)/],
  ['haproxy', '-v', /version (\d+\.\d+\.\d+)/],
  ['caddy', 'version', /^v?(\d+\.\d+\.\d+)/m],
];

/** @returns {Promise<Partial<Record<'nginx' | 'haproxy' | 'caddy', string>>>} */
export async function versions() {
  const found = await Promise.all(
    asked.map(async ([name, argument, pattern]) => {
      // nginx tells its version on stderr.
      const { code, stdout, stderr } = await runProgram(name, [argument]);
      return [name, code === 0 ? pattern.exec(stdout + stderr)?.[1] : undefined];
    }),
  );
  return Object.fromEntries(found);
}
