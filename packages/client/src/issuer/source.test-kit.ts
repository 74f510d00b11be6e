/** Pieces for tests of credential sources: a source at work without a client, and what its tokens say. */
import { systemClock, type Clock } from '@countersign/core';
import { onTestFinished } from 'vitest';
import { audience } from '../client.test-kit.ts';
import type { BoundCredentialSource, ClientNotice, Credential, CredentialSource } from '../index.ts';

/** A source at work. */
export interface Working {
  readonly source: BoundCredentialSource;
  readonly notices: ClientNotice[];
  /** The credential of now. */
  readonly get: (rejected?: Credential) => Promise<Credential>;
}

/** Puts a source to work, until the test ends. */
export function work(source: CredentialSource, clock: Clock = systemClock, forAudience: string = audience): Working {
  const notices: ClientNotice[] = [];
  const bound = source.bind({ clock, audience: forAudience, notify: (notice) => notices.push(notice) });
  onTestFinished(() => bound.close?.());
  return {
    source: bound,
    notices,
    get: async (rejected) => bound.credential(rejected === undefined ? {} : { rejected }),
  };
}

/** The claims of a token. Only a test looks into one. */
export function claimsIn({ token }: Credential): Record<string, unknown> {
  const [, payload = ''] = token.expose().split('.');
  return JSON.parse(Buffer.from(payload, 'base64url').toString()) as Record<string, unknown>;
}
