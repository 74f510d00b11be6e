/** The helpers that invent callers refuse to start where real requests are served. */
import { ConfigurationError } from '@countersign/core';

/**
 * Throws in production.
 * @throws {ConfigurationError} under `NODE_ENV=production`.
 */
export function assertNotInProduction(name: string): void {
  if (process.env['NODE_ENV'] !== 'production') return;
  throw new ConfigurationError(name, [
    {
      code: 'CONFIG_UNSAFE',
      option: 'NODE_ENV',
      problem: 'is production, and this helper lets callers in without any proof',
      fix: 'use createServiceAuth in production, and keep @countersign/testing in devDependencies',
    },
  ]);
}
