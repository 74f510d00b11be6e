/**
 * Records refused handshakes: one audit event each, with the true reason. Each costs its sender a connection and a
 * handshake, and no more than a hundred in a second are written: the others are counted, and told of. Handshakes that
 * failed over no credential are counted and told of as well, every ten seconds at most.
 */
import type { Server } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { ConnectionJudge } from '../enforcement/connection-judge.ts';
import type { NoticeCode } from '../runtime/notice.ts';
import { safeText } from '../runtime/safe-text.ts';
import { connectionFacts } from './guarded-connection.ts';
import { codeOf, handshakeRefusal } from './handshake-refusal.ts';

/** Events of refused handshakes that one server writes in a second, and at once after a quiet time. */
export const eventsPerSecond = 100;
const silenceMilliseconds = 10_000;

type Surroundings = Pick<ConnectionJudge, 'clock' | 'notify' | 'recordRefusal'>;

/** Watches a server until the answer is called. */
export function watchHandshakes(server: Server, { clock, notify, recordRefusal }: Surroundings): () => void {
  const mayWrite = createAllowance(clock);
  const tellFailed = createCounter(clock, (failuresSinceStart, error) =>
    notify({
      code: 'HANDSHAKE_FAILED' satisfies NoticeCode,
      level: 'warn',
      message: 'TLS handshakes fail over something that is no credential.',
      facts: { error, failuresSinceStart },
    }),
  );
  const tellUnrecorded = createCounter(clock, (unrecordedSinceStart) =>
    notify({
      code: 'HANDSHAKE_UNRECORDED' satisfies NoticeCode,
      level: 'error',
      message: 'Handshakes are refused faster than events are written.',
      facts: { unrecordedSinceStart },
    }),
  );
  const onFailure = (error: unknown, socket: TLSSocket | undefined): void => {
    const refusal = handshakeRefusal(error, socket?.authorizationError);
    if (refusal === undefined) tellFailed(safeText(codeOf(error), 64));
    else if (!mayWrite()) tellUnrecorded('');
    else recordRefusal(connectionFacts(socket ?? ({} as TLSSocket)), refusal);
  };
  server.on('tlsClientError', onFailure);
  return () => void server.off('tlsClientError', onFailure);
}

/** So many in a second; what was not used in a second is lost. */
function createAllowance(clock: Surroundings['clock']): () => boolean {
  let left = eventsPerSecond;
  let filledAt = clock.monotonic();
  return () => {
    const now = clock.monotonic();
    left = Math.min(eventsPerSecond, left + ((now - filledAt) / 1000) * eventsPerSecond);
    filledAt = now;
    if (left < 1) return false;
    left -= 1;
    return true;
  };
}

/** Counts, and tells at once, then every ten seconds while it goes on. */
function createCounter(
  clock: Surroundings['clock'],
  tell: (count: number, what: string) => void,
): (what: string) => void {
  let count = 0;
  let toldAt = Number.NEGATIVE_INFINITY;
  return (what) => {
    count += 1;
    const now = clock.monotonic();
    if (now - toldAt < silenceMilliseconds) return;
    toldAt = now;
    tell(count, what);
  };
}
