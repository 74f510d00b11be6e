/** A service that trusts nobody and answers the header lines that it was sent: for the recordings. */
import { createServer } from 'node:https';

/** Headers that every request has. */
const usual =
  /^(host|connection|user-agent|accept|x-forwarded-(for|proto|host|port)|x-request-id|x-envoy-.*|via|content-length)$/i;

/** @param {import('./stage.mjs').Stage} stage */
export async function startEcho({ authority, identities }) {
  const { keyPem: key, certificatePem: cert } = identities.service;
  const tls = { key, cert, ca: authority.bundlePem, requestCert: true, maxHeaderSize: 65_536 };
  const server = createServer(tls, ({ rawHeaders }, response) => {
    const lines = [];
    for (let at = 0; at < rawHeaders.length; at += 2) {
      const [name = '', value = ''] = rawHeaders.slice(at, at + 2);
      if (!usual.test(name)) lines.push([name, value]);
    }
    response.end(JSON.stringify(lines));
  });
  await /** @type {Promise<void>} */ (new Promise((resolve) => server.listen(0, '127.0.0.1', resolve)));
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  return {
    port,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
