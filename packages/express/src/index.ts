/** The only door of @countersign/express: its own words, and the whole of @countersign/core. */
export * from '@countersign/core';
export { allow } from './allow.ts';
export { callerOf, maybeCallerOf } from './caller-of.ts';
export { describeRoutes } from './describe-routes.ts';
export type { Middleware, Next } from './middleware.ts';
export { serviceAuth } from './service-auth.ts';
export type { WallOptions } from './service-auth.ts';
