/** Sources that a test holds in its hand: credentials by hand, a prover that writes down what it proved, and a caller. */
import { Secret, type Caller, type DpopProver, type ProofRequest } from '@countersign/core';
import type { Credential, CredentialSource, OnBehalfOfRequest, OnBehalfOfSource } from '../index.ts';

/** Gives out the first credential, and after a refusal the next one, to the last. Notes what it was asked. */
export function sourceOf(...credentials: readonly Credential[]) {
  const asked: (Credential | undefined)[] = [];
  const source: CredentialSource = {
    bind: () => ({
      credential: ({ rejected }) => {
        asked.push(rejected);
        const next = rejected === undefined ? 0 : credentials.indexOf(rejected) + 1;
        return credentials[next] ?? (credentials.at(-1) as Credential);
      },
    }),
  };
  return { source, asked };
}

/** Gives out `for <caller id>`, and after a refusal `again for <caller id>`. Notes what it was asked. */
export function subjectSource() {
  const asked: OnBehalfOfRequest[] = [];
  const life = { closed: 0 };
  const kept = new Map<string, Credential>();
  const source: OnBehalfOfSource = {
    bindOnBehalfOf: () => ({
      credential: (request) => {
        asked.push(request);
        const name = `${request.rejected === undefined ? '' : 'again-'}for-${request.caller.id}`;
        const found = kept.get(name) ?? bearer(name);
        kept.set(name, found);
        return found;
      },
      close: async () => void (life.closed += 1),
    }),
  };
  return { source, asked, life };
}

export function bearer(token: string): Credential {
  return { scheme: 'Bearer', token: new Secret(token) };
}

/** A caller, as far as the client looks at it. */
export function callerNamed(id: string): Caller {
  return { id, evidence: [] } as unknown as Caller;
}

/** What a proof of `notingProver` says. */
export interface NotedProof {
  readonly method: string;
  readonly url: string;
  readonly token: string;
  readonly nonce?: string;
  readonly now: number;
  readonly jti: number;
}

/** A prover whose proofs can be read. */
export function notingProver(): DpopProver {
  let jti = 0;
  return {
    thumbprint: 'thumbprint',
    prove: ({ accessToken, ...request }: ProofRequest) => {
      jti += 1;
      return Buffer.from(JSON.stringify({ ...request, token: accessToken?.expose(), jti })).toString('base64url');
    },
  };
}

export function readProof(header: unknown): NotedProof {
  return JSON.parse(Buffer.from(String(header), 'base64url').toString()) as NotedProof;
}
