/**
 * What classes declare for the handlers in them, through inheritance: for frameworks whose routes are methods. It knows
 * classes and no framework; where a declaration is noted is told by whoever notes it.
 */
import type { DeclaredAccess } from './declared-access.ts';

/** What is noted on one class itself, and not on one that it extends. */
export type NotedOn = (type: Function) => DeclaredAccess | undefined;

function isWrittenIn(type: Function, handler: Function): boolean {
  const prototype = type.prototype as object | undefined;
  return Object.values(Object.getOwnPropertyDescriptors(prototype ?? {})).some(({ value }) => value === handler);
}

/**
 * What a class, or one that it extends, declares for a handler. A requirement holds for all that extends it. That a class
 * is public was said of the handlers written in it or above it: what is written below opens nothing by extending it.
 */
export function classAccess(owner: Function, handler: Function, notedOn: NotedOn): DeclaredAccess | undefined {
  let isBelow = false;
  for (let type: unknown = owner; typeof type === 'function'; type = Object.getPrototypeOf(type)) {
    const noted = notedOn(type);
    if (noted !== undefined) return noted.kind === 'public' && isBelow ? undefined : noted;
    isBelow ||= type === handler || isWrittenIn(type, handler);
  }
  return undefined;
}
