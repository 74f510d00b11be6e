/** Tells of workloads whose certificates live long: once for each, as far as a bounded memory goes. */
import { livesLongerThan, longLifetimeSeconds } from '../certificate/certificate-lifetime.ts';
import type { PathWindow } from '../certificate/certificate-path.ts';
import type { Runtime } from '../runtime/runtime.ts';

const maximumRemembered = 1_000;

/** Makes the teller of one service. */
export function createTellLongLife({ notify }: Runtime) {
  const told = new Set<string>();
  return (workload: string, window: PathWindow): void => {
    if (told.has(workload) || !livesLongerThan(window, longLifetimeSeconds)) return;
    // The oldest is forgotten, and told of again when it comes back.
    const [oldest] = told;
    if (told.size >= maximumRemembered && oldest !== undefined) told.delete(oldest);
    told.add(workload);
    notify({
      code: 'CERTIFICATE_LIFETIME_LONG',
      level: 'warn',
      message: 'A workload shows a certificate that lives longer than an hour.',
      facts: { workload, lifetimeSeconds: Math.round((window.notAfter - window.notBefore) / 1000) },
    });
  };
}
