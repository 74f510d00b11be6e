/** The only door of @countersign/nestjs: its own words, and the whole of @countersign/core. */
export * from '@countersign/core';
export { Allow } from './allow.decorator.ts';
export { callerOf, maybeCallerOf } from './caller-of.ts';
export { CallerContextInterceptor } from './caller-context.interceptor.ts';
export { CurrentCaller } from './current-caller.decorator.ts';
export type { CurrentCallerOptions } from './current-caller.decorator.ts';
export { DeniedException } from './refusal.ts';
export { messageDispositionOf } from './messages/refused-message.ts';
export { attachSeals, SealedText, sealedText } from './messages/sealed-text.ts';
export type { SealedTextPlace } from './messages/sealed-text.ts';
export { describeRoutes } from './describe-routes.ts';
export { Public } from './public.decorator.ts';
export { ServiceAuthGuard } from './service-auth.guard.ts';
export { ServiceAuthModule } from './service-auth.module.ts';
export type { AsyncOptions } from './service-auth.module.ts';
