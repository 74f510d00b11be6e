/** What is proved of every proxy: who gets through, who does not, and that nobody becomes somebody else. */
import { createHash, X509Certificate } from 'node:crypto';
import { names } from '../bench.mjs';
import { expectThat } from '../program.mjs';
import { forgeries } from './forgeries.mjs';

/**
 * @typedef {object} Scene
 * @property {import('./stage.mjs').Stage} stage
 * @property {import('./stage.mjs').Proxy} proxy
 * @property {import('./guarded-backend.mjs').Backend} backend
 * @property {import('./forgeries.mjs').Format} format
 * @property {string} forwardedBy `tls.forwarded_by`
 * @property {'high' | 'medium'} assurance
 * @property {number} [element] `tls.forwarded_element`, when it is not the last
 * @property {true} [demands] the proxy refuses handshakes without a certificate
 *
 * @typedef {object} Sent
 * @property {import('./stage.mjs').PemIdentity} [identity]
 * @property {import('./forgeries.mjs').Lines} [headers]
 * @property {string} [token]
 * @property {Buffer} [session]
 * @property {number} [port] default: that of the proxy
 *
 * @typedef {object} Seen
 * @property {number} status 0 when the connection was refused
 * @property {string} body
 * @property {Readonly<Record<string, string | number | undefined>>} event the last one; empty when nothing came to the service
 * @property {Buffer | undefined} session
 * @property {boolean} resumed
 */

/**
 * @param {Scene} scene
 * @param {Sent} [sent]
 * @returns {Promise<Seen>}
 */
export async function send({ stage, proxy, backend }, { port = proxy.port, ...sent } = {}) {
  const { bench, authority } = stage;
  const before = backend.events.length;
  const request = { ...sent, url: `https://localhost:${port}/who`, ca: authority.bundlePem };
  const answer = await bench.testing.rawRequest(request).catch(() => undefined);
  const { status = 0, body = '', session, resumed = false } = answer ?? {};
  const event = backend.events.slice(before).at(-1) ?? {};
  return { status, body, session, resumed, event: /** @type {Seen['event']} */ (event) };
}

/** @param {Seen} seen */
const told = ({ status, body, event }) =>
  `got ${status} ${event['event.reason'] ?? ''} ${event['caller.id'] ?? ''} ${body.slice(0, 200)}`;

/** @param {Seen} seen @param {boolean} holds @param {string} what */
export const expectOf = (seen, holds, what) => expectThat(holds, `${what}; ${told(seen)}`);

/** @param {import('./stage.mjs').PemIdentity} identity */
const certificateOf = ({ certificatePem }) => new X509Certificate(certificatePem);

/** @param {Scene} scene */
export async function proveCallers(scene) {
  const { stage, backend, format, forwardedBy, assurance, element = 1, demands } = scene;
  const { orders, odd, billing, alien, expired } = stage.identities;
  for (const identity of [orders, odd, orders]) {
    const seen = await send(scene, { identity });
    expectOf(seen, seen.status === 200 && seen.body === names.caller, 'the good caller is known');
    const expected = {
      'auth.method': 'forwarded_mtls',
      'auth.assurance': assurance,
      'caller.id': names.caller,
      'tls.forwarded_by': forwardedBy,
      'tls.forwarded_format': format,
      'tls.forwarded_element': element,
      'cert.sha256': certificateOf(identity).fingerprint256.replaceAll(':', ''),
    };
    for (const [field, value] of Object.entries(expected)) {
      expectOf(seen, seen.event[field] === value, `${field} is ${value}, not ${String(seen.event[field])}`);
    }
  }
  const leaked = backend.seen().filter((name) => /client.?cert|l5d|ssl/i.test(name));
  expectThat(
    backend.seen().includes('host') && leaked.length === 0,
    `handlers see no such header, not ${leaked.join()}`,
  );

  const nobody = await send(scene);
  if (demands === true) expectOf(nobody, nobody.status === 0, 'without a certificate there is no connection');
  else expectRefused(nobody, 'CREDENTIAL_MISSING', 'without a certificate');
  const other = await send(scene, { identity: billing });
  expectRefused(other, 'CALLER_NOT_ALLOWED', 'another workload');
  expectOf(other, other.event['caller.id'] === names.stranger, 'another workload is known as such');
  for (const [what, identity] of /** @type {const} */ ([
    ['another authority', alien],
    ['an ended certificate', expired],
  ])) {
    const seen = await send(scene, { identity });
    expectOf(seen, seen.status !== 200 && seen.event['caller.id'] === undefined, `${what} is refused`);
  }
  return `the good caller, with ${assurance} assurance, also with quotes, commas and ids in its Subject; none, another workload, another CA, ended: refused`;
}

/** @param {Seen} seen @param {string} reason @param {string} what */
export function expectRefused(seen, reason, what) {
  expectOf(seen, seen.status >= 400 && seen.event['event.reason'] === reason, `${what} is refused: ${reason}`);
}

/**
 * Through the proxy, and around it when the service has a port.
 * @param {Scene} scene
 */
export async function proveAttacks(scene) {
  const { stage, backend, format, demands } = scene;
  const { orders, odd, billing, alien } = stage.identities;
  const attempts = Object.entries(forgeries(format, orders.certificatePem));
  for (const [what, headers] of attempts) {
    for (const identity of demands === true ? [billing] : [billing, undefined]) {
      const seen = await send(scene, { headers, ...(identity && { identity }) });
      const caller = seen.event['caller.id'];
      const isNobodyElse = caller === undefined || (identity !== undefined && caller === names.stranger);
      const label = `through the proxy, ${identity ? 'another workload' : 'nobody'} with ${what}`;
      expectOf(seen, seen.status >= 400 && isNobodyElse, `${label} is refused`);
    }
  }
  // Somebody good who claims to be another of the same id: the certificate that counts is the one of the connection.
  const both = await send(scene, {
    identity: orders,
    headers: forgeries(format, odd.certificatePem)['the header'] ?? [],
  });
  const own = certificateOf(orders).fingerprint256.replaceAll(':', '');
  expectOf(both, both.status >= 400 || both.event['cert.sha256'] === own, 'the certificate of the connection counts');
  const { port } = backend.place;
  if (port === undefined) return `${attempts.length} forgeries through the proxy: refused, or never another identity`;
  for (const [what, headers] of attempts) {
    for (const identity of [undefined, billing, alien]) {
      const seen = await send(scene, { headers, port, ...(identity && { identity }) });
      expectRefused(seen, 'FORWARDED_IDENTITY_UNTRUSTED', `around the proxy, ${what}`);
      expectOf(seen, seen.event['caller.id'] === undefined, `around the proxy, ${what} is nobody`);
    }
  }
  const direct = await send(scene, { identity: billing, port });
  expectRefused(direct, 'CALLER_NOT_ALLOWED', 'around the proxy, another workload without a header');
  return `${attempts.length} forgeries through the proxy: refused, or never another identity; around it: 403 for each`;
}

/** @param {Scene} scene */
export async function proveBinding(scene) {
  const { stage } = scene;
  const { orders, odd, billing, ingress: proxy } = stage.identities;
  const bound = (/** @type {import('./stage.mjs').PemIdentity} */ to) => {
    const thumbprint = createHash('sha256').update(certificateOf(to).raw).digest('base64url');
    const claims = { sub: 'orders', client_id: 'orders', cnf: { 'x5t#S256': thumbprint } };
    return stage.minter.mint({ claims });
  };
  const seen = await send(scene, { identity: orders, token: await bound(orders) });
  expectOf(seen, seen.status === 200, 'a token that is bound to the certificate of the caller is accepted');
  expectOf(seen, seen.event['auth.binding'] === 'x5t#S256', 'and its binding is in the audit');
  for (const [what, identity, token] of /** @type {const} */ ([
    ['of another', billing, await bound(orders)],
    ['of the same id with another certificate', odd, await bound(orders)],
    ['bound to the proxy', orders, await bound(proxy)],
  ])) {
    const refused = await send(scene, { identity, token });
    const reason = String(refused.event['event.reason']);
    expectOf(
      refused,
      refused.status >= 400 && /^(BINDING_MISMATCH|IDENTITY_CONFLICT)$/.test(reason),
      `a token ${what}`,
    );
  }
  return 'a token bound to the certificate of the caller passes; with another certificate, or bound to the proxy: refused';
}

/**
 * A client that comes back with its session, and shows no certificate.
 * @param {Scene} scene
 */
export async function proveResumption(scene) {
  const { identities } = scene.stage;
  const first = await send(scene, { identity: identities.orders });
  const { session } = first;
  if (session === undefined) return 'TLS sessions: the proxy gives none';
  const again = await send(scene, { session });
  if (again.resumed) {
    expectOf(again, again.status === 200 && again.body === names.caller, 'a resumed session has its certificate');
    return 'TLS sessions: a resumed one has the certificate of its beginning, and no other';
  }
  expectOf(again, again.status !== 200 && again.event['caller.id'] === undefined, 'a session alone makes no caller');
  return 'TLS sessions: none is resumed, and a session without its certificate is nobody';
}
