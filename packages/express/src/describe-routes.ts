/**
 * Lists the routes of an Express application with what guards them. Best effort: Express keeps no public list, a
 * mounted application hides its routes, and middlewares that answer by themselves are not routes.
 */
import type { RouteDeclaration } from '@countersign/core';
import { METHODS } from 'node:http';
import { guards, type Guard } from './guards.ts';
import { pathText } from './matched-route.ts';
import { covers, layersOf, mountPath, type Layer } from './router-stack.ts';

/** A route, with the guards that run before its handler, in order. */
interface Found {
  readonly method: string;
  readonly path: string;
  readonly passed: readonly Guard[];
}

/** The routes of an application of Express 4 or 5, in the order Express tries them. */
export function describeRoutes(app: { readonly _router?: unknown; readonly router?: unknown }): RouteDeclaration[] {
  // On Express 4 `router` throws, and `_router` appears with the first route.
  const found = walk(layersOf('lazyrouter' in app ? app._router : app.router), '', []);
  const hasWall = found.some(({ passed }) => passed.some(({ kind }) => kind === 'wall'));
  return found.map((route) => declarationOf(route, hasWall));
}

function walk(layers: readonly Layer[], prefix: string, inherited: readonly Guard[]): Found[] {
  const found: Found[] = [];
  const mounted: [Layer, Guard][] = [];
  const before = (path: string): readonly Guard[] => [
    ...inherited,
    ...mounted.filter(([layer]) => covers(layer, path || '/')).map(([, guard]) => guard),
  ];
  for (const layer of layers) {
    const guard = guards.get(layer.handle);
    const inner = layersOf(layer.handle);
    if (guard !== undefined) mounted.push([layer, guard]);
    else if (layer.route !== undefined) found.push(...routesOf(layer.route, prefix, before));
    else if (inner.length > 0) found.push(...walk(inner, prefix + mountPath(layer), before(mountPath(layer))));
    else if (layer.name === 'mounted_app') {
      found.push({ method: '*', path: `${prefix}${mountPath(layer)}/…`, passed: before(mountPath(layer)) });
    }
  }
  return found;
}

type Route = NonNullable<Layer['route']>;

function routesOf({ path, stack }: Route, prefix: string, before: (path: string) => readonly Guard[]): Found[] {
  const methods = new Set(stack.map(({ method }) => method));
  // `app.all` declares the same handlers once for each method that Node knows.
  const all = METHODS.every((method) => methods.has(method.toLowerCase()));
  const paths = (Array.isArray(path) ? path.flat(Infinity) : [path]).map(pathText);
  return paths.flatMap((text) =>
    (all ? ['get'] : [...methods]).flatMap((method) => {
      const own = stack.filter((layer) => layer.method === undefined || layer.method === method);
      // Guards alone, as in `route.all(allow(…))`, answer nothing.
      if (own.every(({ handle }) => guards.has(handle))) return [];
      const passed = [...before(text), ...own.slice(0, -1).flatMap(({ handle }) => guards.get(handle) ?? [])];
      return [{ method: all ? '*' : (method?.toUpperCase() ?? '*'), path: prefix + text, passed }];
    }),
  );
}

function declarationOf({ method, path, passed }: Found, hasWall: boolean): RouteDeclaration {
  const wall = passed.findLast(({ kind }) => kind === 'wall');
  const last = passed.findLast(({ kind }) => kind === 'allow') ?? wall;
  if (wall !== undefined && last !== undefined) {
    const also = passed.filter((guard) => guard !== last).map(({ source }) => source);
    const access = last === wall ? 'wall' : 'requirement';
    return { method, path, access, requirement: last.source, ...(also.length > 0 && { also }) };
  }
  if (last !== undefined)
    return { method, path, access: 'undeclared', reason: 'allow without serviceAuth: always 500' };
  if (hasWall) return { method, path, access: 'public', reason: 'mounted before serviceAuth, or outside it' };
  return { method, path, access: 'undeclared', reason: 'the application has no serviceAuth: answers everybody' };
}
