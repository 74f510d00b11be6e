/** `@Public`: a handler that answers everybody. Nothing is checked and nothing recorded. */
import { publicAccess } from '@countersign/core';
import { declaring } from './handler-access.ts';

/** Declares that nobody is checked here, and why. A blank reason is told at boot. */
export function Public(reason: string): ClassDecorator & MethodDecorator {
  return declaring((where) => publicAccess(reason, where));
}
