/** The API of the bank, with core alone: facts, verdict, answer. Its tokens are bound to a key of the customer (DPoP). */
import { createServer, type Server } from 'node:https';
import {
  accessToken,
  callerOfCarrier,
  carryOut,
  compileRequirement,
  createMemoryReplayStore,
  createServiceAuth,
  jsonLines,
  judgeCall,
  requestFactsOf,
  writeDenial,
} from '@countersign/core';
import type { TestAuthority, TestIssuer } from '@countersign/testing';

/** What the bank is made of. */
export interface BankParts {
  readonly authority: TestAuthority;
  readonly issuer: TestIssuer;
  readonly audience: string;
}

/** The running bank. */
export interface Bank {
  readonly origin: string;
  close(): Promise<void>;
}

const route = '/transfers';
const requirement = compileRequirement({ scope: 'transfers:create', senderConstrained: true }, 'transfers');

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return `https://localhost:${typeof address === 'object' ? address?.port : ''}`;
}

/** Starts it on a free port. */
export async function startBank({ authority, issuer, audience }: BankParts): Promise<Bank> {
  const { certificatePem: cert, keyPem: key } = await authority.issue({ dnsNames: ['localhost'] });
  const server = createServer({ cert, key });
  const origin = await listen(server);
  const auth = createServiceAuth({
    service: 'spiffe://bank.example/api',
    audience,
    accept: [
      accessToken({
        issuer: issuer.issuer,
        dpop: { origin, replayStore: createMemoryReplayStore(), required: true },
      }),
    ],
    audit: jsonLines(process.stdout),
    fetch: issuer.fetch,
  });
  await auth.ready();
  server.on('request', (request, response) => {
    const answer = (status: number, body: object): void =>
      void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    const found = request.method === 'POST' && request.url === route;
    const call = { facts: requestFactsOf(request, found ? { route } : {}), carrier: request, requirement };
    carryOut(() => judgeCall(auth, call), {
      carrier: request,
      deny: (denied) => writeDenial(response, denied),
      proceed: (error) => {
        if (error !== undefined) return answer(500, { error: 'internal' });
        return found ? answer(201, { transfer: 'booked', by: callerOfCarrier(request).id }) : answer(404, {});
      },
    });
  });
  return {
    origin,
    close: async () => {
      server.close();
      server.closeAllConnections();
      await auth.close();
    },
  };
}
