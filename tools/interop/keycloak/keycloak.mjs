/**
 * One Keycloak on loopback, with a certificate of our test authority and a database in memory. It is configured through
 * its admin interface, as an operator does it.
 */
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { writePair } from '../bench.mjs';
import { eventually, startDaemon } from '../daemon.mjs';
import { freePort } from '../ports.mjs';
import { home, javaArgs } from './distribution.mjs';

/** On two busy processors the start has taken forty seconds. */
const startLimitMs = 180_000;

/**
 * @typedef {object} Keycloak
 * @property {string} origin
 * @property {string} issuer of the realm that is proved with
 * @property {(method: 'GET' | 'POST' | 'PUT', path: string, body?: object) => Promise<any>} administer a path below `/admin/realms`; rejects unless the answer is a success
 * @property {() => string} log
 * @property {() => Promise<void>} stop
 */

/** The realm that is proved with. */
export const realmName = 'shop';

/**
 * @param {import('../bench.mjs').Bench} bench
 * @param {{ authority: import('@countersign/testing').TestAuthority, id: string }} identity who vouches for it, and its SPIFFE ID
 * @returns {Promise<Keycloak>}
 */
export async function startKeycloak({ testing, scratch }, { authority, id }) {
  const port = await freePort();
  const origin = `https://localhost:${port}`;
  const ca = join(scratch, 'ca.pem');
  writeFileSync(ca, authority.bundlePem);
  const pair = writePair(scratch, 'keycloak', await authority.issue({ id, dnsNames: ['localhost'] }));
  const secret = randomBytes(24).toString('base64url');
  const args = [
    'start',
    '--optimized',
    `--hostname=${origin}`,
    '--http-host=127.0.0.1',
    `--https-port=${port}`,
    `--https-certificate-file=${pair.certificate}`,
    `--https-certificate-key-file=${pair.key}`,
    // Not `--truststore-paths`: that adds to the CAs of the system, and any of those could vouch for a client.
    `--https-trust-store-file=${ca}`,
    '--cache=local',
    '--log-level=warn',
  ];
  const daemon = startDaemon('java', javaArgs(home, args), {
    KC_BOOTSTRAP_ADMIN_CLIENT_ID: 'operator',
    KC_BOOTSTRAP_ADMIN_CLIENT_SECRET: secret,
  });
  const fetch = testing.trustingFetch({ ca: authority.bundlePem });

  /** A token of the operator lives for a minute, so each call gets its own. */
  const operatorToken = async () => {
    const body = new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: 'operator',
      client_secret: secret,
    });
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const answer = await fetch(`${origin}/realms/master/protocol/openid-connect/token`, {
      method: 'POST',
      headers,
      body: body.toString(),
    });
    if (answer.status !== 200) throw new Error(`the operator gets no token: ${answer.status}`);
    return /** @type {{ access_token: string }} */ (await answer.json()).access_token;
  };

  const isUp = async () => {
    if (!daemon.runs()) throw new Error('Keycloak has ended');
    const answer = await fetch(`${origin}/realms/master`).catch(() => undefined);
    return answer?.status === 200 || undefined;
  };
  try {
    await eventually('Keycloak answers', isUp, startLimitMs);
  } catch (error) {
    await daemon.stop();
    throw new Error(`${error instanceof Error ? error.message : String(error)}\n${daemon.log()}`, { cause: error });
  }
  return {
    origin,
    issuer: `${origin}/realms/${realmName}`,
    administer: async (method, path, body) => {
      const answer = await fetch(`${origin}/admin/realms${path}`, {
        method,
        headers: { authorization: `Bearer ${await operatorToken()}`, 'content-type': 'application/json' },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      const text = await answer.text();
      if (!answer.ok) throw new Error(`Keycloak, ${method} ${path}: ${answer.status} ${text.slice(0, 400)}`);
      return text === '' ? undefined : JSON.parse(text);
    },
    log: daemon.log,
    stop: () => daemon.stop(),
  };
}
