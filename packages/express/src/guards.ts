/** What the middlewares of this package remember: which is which, for listings, and which wall a request came through. */
import type { CompiledRequirement, ServiceAuth } from '@countersign/core';
import type { IncomingMessage } from 'node:http';
import type { Middleware } from './middleware.ts';

/** A middleware of this package. */
export interface Guard {
  readonly kind: 'wall' | 'allow';
  readonly source: CompiledRequirement['source'];
}

/** Every middleware of this package, by its function. */
export const guards: WeakMap<object, Guard> = new WeakMap<Middleware, Guard>();

/** The service whose wall a request came through, the innermost last. */
export const walls: WeakMap<IncomingMessage, ServiceAuth> = new WeakMap();
