/**
 * An application that did not come into being because routes of it are undeclared: NestJS checks while it creates the
 * application. The error is of the application's own copy of core, so it is known by its shape.
 */
import type { ConfigurationFault } from '@countersign/core';

/** Carries the faults that name the routes. */
export class UndeclaredRoutes extends Error {
  override readonly name = 'UndeclaredRoutes';
  readonly faults: readonly ConfigurationFault[];

  constructor(faults: readonly ConfigurationFault[]) {
    super('routes are undeclared');
    this.faults = faults;
  }
}

/** The undeclared routes an error tells of, if it does. */
export function undeclaredRoutesIn(error: unknown): UndeclaredRoutes | undefined {
  if (!(error instanceof Error) || error.name !== 'ConfigurationError') return undefined;
  const { faults } = error as { readonly faults?: readonly ConfigurationFault[] };
  const about = Array.isArray(faults) ? faults.filter(({ code }) => code === 'CONFIG_ROUTE_UNDECLARED') : [];
  return about.length === 0 ? undefined : new UndeclaredRoutes(about);
}
