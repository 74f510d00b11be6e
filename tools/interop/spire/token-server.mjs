/** A service that takes JWT-SVIDs and answers who called. Plain HTTP on loopback: the token is the one proof here. */
import { createServer } from 'node:http';

/**
 * @param {typeof import('@countersign/core')} core
 * @param {{ keys: import('@countersign/spiffe').JwtSource, trustDomain: string, audience: string, allowed: string }} of
 * @returns {Promise<number>} the port on loopback, open for as long as the process lives
 */
export async function serveTokens(core, { keys, trustDomain, audience, allowed }) {
  const auth = core.createServiceAuth({
    service: audience,
    audience,
    accept: [core.accessToken({ profile: 'jwt-svid', trustDomain, bundle: keys })],
    audit: core.memorySink(),
  });
  await auth.ready();
  const requirement = core.compileRequirement({ caller: allowed }, 'GET /who');
  const server = createServer((request, response) => {
    const checked = auth.check(core.requestFactsOf(request, { route: '/who' }), requirement);
    void Promise.resolve(checked).then((verdict) => {
      if (verdict.outcome === 'denied') core.writeDenial(response, verdict);
      else response.end(verdict.context.caller?.id);
    });
  });
  await /** @type {Promise<void>} */ (new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve())));
  return /** @type {import('node:net').AddressInfo} */ (server.address()).port;
}
