/** Calls to other services. `@countersign/client` is an optional peer: install it to use this door. */
export * from '@countersign/client';
