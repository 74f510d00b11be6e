/**
 * What a handler declares about its callers: `@Allow` or `@Public`, one of the two, on the method or on the class. The
 * method wins. Neither, or both on one target, is a fault, and the handler is refused to everybody.
 */
import { classAccess, undeclaredAccess, type DeclaredAccess } from '@countersign/core';

const accessKey = Symbol('countersign.access');
const fix = "write @Allow({ scope: 'inventory:read' }), or @Public('why nobody is checked')";

/** Makes a decorator that notes what `read` answers. Mistakes are noted too: at boot they are all told at once. */
export function declaring(read: (where: string) => DeclaredAccess): ClassDecorator & MethodDecorator {
  return (target: object, key?: string | symbol, descriptor?: { readonly value?: unknown }) => {
    const subject = (descriptor?.value ?? target) as { readonly name: string };
    const option = key === undefined ? subject.name : `${target.constructor.name}.${String(key)}`;
    const twice = undeclaredAccess({ code: 'CONFIG_CONFLICT', option, problem: 'declares its access twice', fix });
    const access = Reflect.hasOwnMetadata(accessKey, subject) ? twice : read(option);
    Reflect.defineMetadata(accessKey, access, subject);
  };
}

const notedOn = (target: object) => Reflect.getOwnMetadata(accessKey, target) as DeclaredAccess | undefined;

/** What a class, or a handler in it, declares. */
export function accessOf(owner: Function, handler: Function = owner): DeclaredAccess {
  const option = `${owner.name}.${handler === owner ? 'handleConnection' : handler.name}`;
  const problem = 'declares neither @Allow nor @Public';
  const undeclared = { code: 'CONFIG_ROUTE_UNDECLARED', option, problem, fix } as const;
  return notedOn(handler) ?? classAccess(owner, handler, notedOn) ?? undeclaredAccess(undeclared);
}
