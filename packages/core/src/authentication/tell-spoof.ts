/** Tells of strangers who claim to forward certificates: at once, then every ten seconds while it lasts, with their number. */
import type { Runtime } from '../runtime/runtime.ts';

const silenceMilliseconds = 10_000;

/** Makes the teller of one service. It gets the name of the header. */
export function createTellSpoof({ clock, notify }: Pick<Runtime, 'clock' | 'notify'>): (header: string) => void {
  let toldAt = -Infinity;
  let spoofed = 0;
  return (header) => {
    spoofed += 1;
    const now = clock.monotonic();
    if (now - toldAt < silenceMilliseconds) return;
    toldAt = now;
    notify({
      code: 'FORWARDED_IDENTITY_SPOOFED',
      level: 'warn',
      message:
        'Somebody who is not the proxy sent a header that tells of a client certificate; the request was refused.',
      facts: { header, spoofedSinceStart: spoofed },
    });
  };
}
