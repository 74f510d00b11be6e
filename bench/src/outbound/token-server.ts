/** An authorization server on loopback that counts what it is asked: metadata, client credentials, token exchange. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A running server. */
export interface TokenServer {
  readonly origin: string;
  /** Token requests so far. */
  count(): number;
  /** Refuses connections from now on. */
  close(): Promise<void>;
}

export const tokenPath = '/token';
const delayMilliseconds = 20;
const issuedTokenType = 'urn:ietf:params:oauth:token-type:access_token';

/** Starts it. Every answer takes a moment, as from a real issuer, and no two tokens are the same. */
export async function startTokenServer(): Promise<TokenServer> {
  let requests = 0;
  let origin = '';
  const server = createServer((request, response) => {
    const isToken = request.url === tokenPath;
    if (isToken) requests += 1;
    const token = {
      access_token: `token-${requests}`,
      token_type: 'Bearer',
      expires_in: 300,
      issued_token_type: issuedTokenType,
    };
    const metadata = {
      issuer: origin,
      token_endpoint: `${origin}${tokenPath}`,
      response_types_supported: ['code'],
      token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
    };
    request.resume();
    setTimeout(() => {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify(isToken ? token : metadata));
    }, delayMilliseconds);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    origin,
    count: () => requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
