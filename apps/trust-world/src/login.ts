/**
 * The login of users. There is no page and no password here: who is logged in is decided by whoever started this process,
 * which asks over the channel that processes of Node share, and gets a token as a storefront would after a login.
 */
import type { ChildProcess } from 'node:child_process';
import type { TestIssuer, UserTokenRequest } from '@countersign/testing';

interface LoginMessage {
  readonly login: UserTokenRequest;
  readonly number: number;
}

interface TokenMessage {
  readonly number: number;
  readonly token?: string;
  readonly problem?: string;
}

/** Answers logins. */
export function serveLogins(issuer: TestIssuer): void {
  process.on('message', ({ login, number }: LoginMessage) => {
    const answer = (told: Omit<TokenMessage, 'number'>): void => void process.send?.({ ...told, number });
    issuer.mintUserToken(login).then(
      (token) => answer({ token }),
      (error: unknown) => answer({ problem: error instanceof Error ? error.message : 'unknown' }),
    );
  });
}

let logins = 0;

/** Logs a user in, at the process that answers logins. Answers the token. */
export function logIn(trustWorld: ChildProcess, login: UserTokenRequest): Promise<string> {
  const number = (logins += 1);
  return new Promise((resolve, reject) => {
    const take = ({ number: answered, token, problem }: TokenMessage): void => {
      if (answered !== number) return;
      trustWorld.off('message', take);
      if (token === undefined) reject(new Error(`The login failed: ${problem ?? 'unknown'}`));
      else resolve(token);
    };
    trustWorld.on('message', take);
    trustWorld.send({ login, number } satisfies LoginMessage);
  });
}
