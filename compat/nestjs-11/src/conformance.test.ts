/**
 * The conformance suite on NestJS 11, on Express and on Fastify: the sources of the adapter, with their imports of
 * @nestjs/* answered by this folder (see `oldNest` in vitest.config.ts).
 */
import { createRequire } from 'node:module';
import { describeConformance } from '@countersign/testing';
import { NestFactory } from '@nestjs/core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as kit from '#adapter/conformance.test-kit.ts';

test('the adapter under test runs on NestJS 11', () => {
  const { version } = createRequire(import.meta.url)('@nestjs/core/package.json') as { version: string };
  expect(version).toMatch(/^11\./);
  expect(kit.NestFactory).toBe(NestFactory);
});

for (const driver of kit.conformanceDrivers('NestJS 11')) {
  describeConformance(driver, { describe, test, beforeAll, afterAll });
}
