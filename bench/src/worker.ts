/** Runs in a process of its own: one verification row, or one server whose CPU time is asked for between slices. */
import { accessToken, createServiceAuth, memorySink } from '@countersign/core';
import { startFramework, type Framework, type GuardKind } from './frameworks.ts';
import { audience, createTokenSet, issuer, type Algorithm } from './token-set.ts';
import { measureVerification, type VerificationRow } from './verification.ts';

/** What a worker is asked to do. */
export type Job =
  | { readonly job: 'verification'; readonly algorithm: Algorithm; readonly row: VerificationRow }
  | { readonly job: 'server'; readonly framework: Framework; readonly guard: GuardKind; readonly algorithm: Algorithm };

const knownTokens = 1_000;

async function serve(framework: Framework, guard: GuardKind, algorithm: Algorithm): Promise<object> {
  const { tokens, jwk } = await createTokenSet(algorithm, knownTokens);
  const auth = createServiceAuth({
    service: 'spiffe://bench.internal/inventory',
    audience,
    accept: [accessToken({ issuer, jwks: { keys: [jwk] } })],
    audit: memorySink(16),
  });
  const known = new Map(tokens.map((token) => [token, {}]));
  const port = await startFramework(framework, guard, { known, auth });
  return { port, tokens };
}

process.on('message', (message: Job | { readonly job: 'cpu' }) => {
  if (message.job === 'cpu') {
    const { user, system } = process.cpuUsage();
    process.send?.({ microseconds: user + system });
    return;
  }
  const working =
    message.job === 'verification'
      ? measureVerification(message.algorithm, message.row)
      : serve(message.framework, message.guard, message.algorithm);
  working.then(
    (result) => process.send?.(result),
    (error: unknown) => {
      console.error(error);
      process.exit(1);
    },
  );
});
