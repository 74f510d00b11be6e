/**
 * Lists the handlers of an application with what they declare. Paths are put together from what the decorators say, as
 * Nest does it; what it keeps to itself (prefixes of RouterModule, routes without the global prefix) is not known.
 */
import { describeAccess, pathTemplates, type RouteDeclaration } from '@countersign/core';
import { VersioningType, type INestApplicationContext, type VersioningOptions } from '@nestjs/common';
import { RouteDeclarationCheck } from './route-declaration.check.ts';

/** What a Nest application knows of its paths. It is read as long as it is there. */
type Placed = { readonly config?: { getGlobalPrefix(): string; getVersioning(): VersioningOptions | undefined } };

/** The handlers of an application that imports `ServiceAuthModule`. */
export function describeRoutes(app: INestApplicationContext): RouteDeclaration[] {
  const { config } = app as unknown as Placed;
  const isUri = config?.getVersioning()?.type === VersioningType.URI;
  const { handlers } = app.get(RouteDeclarationCheck, { strict: false });
  return handlers.flatMap(({ owner, handler, method, path, access }) => {
    const read = (key: string): string | string[] => (Reflect.getMetadata(key, owner) ?? '') as string;
    const version: unknown = isUri && (Reflect.getMetadata('__version__', handler) ?? read('__version__'));
    // As Nest writes it, unless the application chose another prefix. A neutral version is a symbol.
    const versions = [version].flat().map((one) => (typeof one === 'string' && one !== '' ? `v${one}` : ''));
    const paths = Reflect.hasMetadata('method', handler)
      ? pathTemplates(config?.getGlobalPrefix() ?? '', versions, read('path'), path as string)
      : [path].flat().map((one) => (typeof one === 'string' ? one : JSON.stringify(one)));
    return paths.map((one) => ({ method, path: one, ...describeAccess(access) }));
  });
}
