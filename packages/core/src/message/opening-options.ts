/** How seals are judged, checked once. */
import { checkSeconds } from '../errors/check-seconds.ts';
import type { FaultCollector } from '../errors/configuration-error.ts';
import type { OpeningRecord } from './open-seal.ts';
import { checkProducers, type TrustedProducer } from './trusted-producer.ts';

/** What opening a seal needs to know. */
export interface OpeningOptions {
  /** Whose messages are taken. */
  readonly producers: readonly [TrustedProducer, ...TrustedProducer[]];
  /** Longest accepted life of a seal, in whole seconds. Default 86,400. */
  readonly maximumLifetimeSeconds?: number;
  /** Tolerated difference of clocks, in whole seconds. Default 30, at most 300. */
  readonly clockToleranceSeconds?: number;
}

/** The names of these options. */
export const openingOptions: readonly string[] = ['producers', 'maximumLifetimeSeconds', 'clockToleranceSeconds'];

const longestLifetimeSeconds = 30 * 86_400;
const longestToleranceSeconds = 300;

/** Checks. `audience` is who this service is to seals. */
export function checkOpening(
  faults: FaultCollector,
  options: OpeningOptions,
  audience: readonly string[],
): OpeningRecord {
  const { maximumLifetimeSeconds = 86_400, clockToleranceSeconds = 30 } = options;
  const producers = checkProducers(faults, options.producers);
  const lifetime = { value: maximumLifetimeSeconds, least: 1, most: longestLifetimeSeconds, whole: true };
  checkSeconds(faults, 'maximumLifetimeSeconds', lifetime);
  const tolerance = { value: clockToleranceSeconds, least: 0, most: longestToleranceSeconds, whole: true };
  checkSeconds(faults, 'clockToleranceSeconds', tolerance);
  return Object.freeze({ producers, audience: new Set(audience), maximumLifetimeSeconds, clockToleranceSeconds });
}
