/**
 * `@Allow`: what a handler asks of its callers. It carries its own guard and interceptor, because a hybrid application
 * does not apply global ones to its microservices (docs/decisions/0006).
 */
import { requirementAccess, type Requirement } from '@countersign/core';
import { applyDecorators, UseGuards, UseInterceptors } from '@nestjs/common';
import { CallerContextInterceptor } from './caller-context.interceptor.ts';
import { declaring } from './handler-access.ts';
import { ServiceAuthGuard } from './service-auth.guard.ts';

/**
 * What callers of this handler must be; on a class, of every handler in it that does not say something itself.
 * Faults of the requirement are told at boot, with those of all other handlers.
 */
export function Allow(requirement: Requirement): ClassDecorator & MethodDecorator {
  const declare = declaring((where) => requirementAccess(requirement, where));
  return applyDecorators(declare, UseGuards(ServiceAuthGuard), UseInterceptors(CallerContextInterceptor));
}
