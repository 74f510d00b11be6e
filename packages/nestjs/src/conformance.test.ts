/** The conformance suite on NestJS 12, on Express and on Fastify. */
import { describeConformance } from '@countersign/testing';
import { afterAll, beforeAll, describe, test } from 'vitest';
import { conformanceDrivers } from './conformance.test-kit.ts';

for (const driver of conformanceDrivers('NestJS 12')) {
  describeConformance(driver, { describe, test, beforeAll, afterAll });
}
