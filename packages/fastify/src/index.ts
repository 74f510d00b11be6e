/** The only door of @countersign/fastify: its own words, and the whole of @countersign/core. */
export * from '@countersign/core';
export { callerOf, maybeCallerOf } from './caller-of.ts';
export type { CallerRequest } from './caller-of.ts';
export { recheckConnection } from './recheck-connection.ts';
export type { OpenConnection } from './recheck-connection.ts';
export type { DeclaringConfig } from './route-access.ts';
// Instead of the middleware of core, which Fastify does not take.
export { resourceMetadata } from './resource-metadata.ts';
export { describeRoutes, serviceAuth } from './service-auth.ts';
export type { PluginOptions } from './service-auth.ts';
