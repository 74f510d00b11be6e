/**
 * Proxies send the requests of many clients over the same connections to the service. Nobody's request is taken for that
 * of another one on it, and no request is hidden inside of another.
 */
import { connect } from 'node:tls';
import { names } from '../bench.mjs';
import { expectThat } from '../program.mjs';
import { forgeries } from './forgeries.mjs';
import { oddRequests } from './odd-requests.mjs';
import { expectOf, send } from './prove-proxy.mjs';

/** Some servers wait for more of an odd request. Whatever comes later than this is not awaited. */
const patienceMs = 1_500;

/**
 * Sends text as it is, and waits for the end of the connection.
 * @param {import('./prove-proxy.mjs').Scene} scene
 * @param {string} text
 * @param {import('./stage.mjs').PemIdentity} [identity]
 * @returns {Promise<string>} what came back
 */
function sendRaw({ stage, proxy }, text, identity) {
  const pair = identity && { key: identity.keyPem, cert: identity.certificatePem };
  const ca = stage.authority.bundlePem;
  return new Promise((resolve) => {
    const socket = connect({ port: proxy.port, host: '127.0.0.1', servername: 'localhost', ca, ...pair });
    let answer = '';
    const timer = setTimeout(() => socket.destroy(), patienceMs);
    socket.on('secureConnect', () => socket.write(text, 'latin1'));
    socket.on('data', (chunk) => void (answer += chunk.toString()));
    socket.on('error', () => {});
    socket.on('close', () => {
      clearTimeout(timer);
      resolve(answer);
    });
  });
}

/** @param {import('./prove-proxy.mjs').Scene} scene */
async function proveTogether(scene) {
  const { orders, billing } = scene.stage.identities;
  const callers = Array.from({ length: 36 }, (_one, at) => [orders, billing, undefined][at % 3]);
  const seen = await Promise.all(callers.map((identity) => send(scene, identity && { identity })));
  for (const [at, one] of seen.entries()) {
    const isGood = callers[at] === orders;
    expectOf(one, isGood ? one.body === names.caller : one.status !== 200, 'of calls at once each has its own caller');
  }
}

/** @param {import('./prove-proxy.mjs').Scene} scene */
export async function proveConnections(scene) {
  const { stage, backend, format, demands } = scene;
  await proveTogether(scene);
  const { billing, orders } = stage.identities;
  const requests = Object.entries(oddRequests(forgeries(format, orders.certificatePem)['the header'] ?? []));
  const before = backend.events.length;
  const senders = demands === true ? [billing] : [billing, undefined];
  await Promise.all(requests.flatMap(([, text]) => senders.map((identity) => sendRaw(scene, text, identity))));
  const callers = new Set(backend.events.slice(before).map((event) => event['caller.id']));
  expectThat(callers.has(names.stranger), 'some of the odd requests come through, as what they are');
  callers.delete(undefined);
  callers.delete(names.stranger);
  expectThat(callers.size === 0, `an odd request makes nobody else, not ${[...callers].join()}`);
  return `36 calls at once: each has its own caller; ${requests.length} odd requests (spellings, trailers, hidden requests): never another identity`;
}
