/** Calls to other services, as they fit into Fastify. `@countersign/client` is an optional peer: install it to use this door. */
export * from '@countersign/client';
export * from './client/service-clients.ts';
