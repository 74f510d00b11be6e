/**
 * How long certificates of workloads live: short lives are what revokes them when nothing else does, so a long one is
 * refused. Issuers date certificates back for clocks that run late; that does not count.
 */
import { refuse, type Refusal } from '../errors/outcome.ts';
import type { PathWindow } from './certificate-path.ts';

/** Longest life of an X.509-SVID, in seconds, where nothing else is said. */
export const defaultMaximumLifetimeSeconds = 86_400;
/** A longer life than this is told of, in seconds. */
export const longLifetimeSeconds = 3_600;

const backdatedSeconds = 300;

/** Whether it lives longer than so many seconds, and the few minutes that it may be dated back. */
export function livesLongerThan({ notBefore, notAfter }: PathWindow, seconds: number): boolean {
  return !(notAfter - notBefore <= (seconds + backdatedSeconds) * 1000);
}

/** Refuses what lives longer than the bound. */
export function judgeLifetime(window: PathWindow, maximumSeconds: number | undefined): Refusal | undefined {
  if (maximumSeconds === undefined || !livesLongerThan(window, maximumSeconds)) return undefined;
  return refuse('CERTIFICATE_LIFETIME_TOO_LONG', 'certificate.validity', {
    expected: `at most ${maximumSeconds} s`,
    actual: `${Math.round((window.notAfter - window.notBefore) / 1000)} s`,
  });
}
