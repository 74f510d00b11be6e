/** The routes an application declared, as `onRoute` told of them: for the check at boot and for listings. */
import { describeAccess, type ConfigurationFault, type DeclaredAccess, type RouteDeclaration } from '@countersign/core';
import { accessOf } from './route-access.ts';

/** A route while it is being declared. Fastify keeps the object, and plugins may still change its config. */
export interface RouteBeingDeclared {
  readonly method: string | readonly string[];
  readonly url: string;
  config?: object;
}

/** Collects routes. */
export interface DeclaredRoutes {
  add(route: RouteBeingDeclared): void;
  list(): RouteDeclaration[];
  /** One for every route that declared nothing, or something wrong. */
  faults(): ConfigurationFault[];
}

interface DeclaredRoute {
  readonly methods: readonly string[];
  readonly path: string;
  /** Read again each time: plugins may still change it. */
  readonly access: () => DeclaredAccess;
}

/** Makes an empty collection. With `corsPreflight` the catch-all OPTIONS route of @fastify/cors may stay undeclared. */
export function declaredRoutes(corsPreflight: boolean): DeclaredRoutes {
  const routes: DeclaredRoute[] = [];
  return {
    add: (route) => {
      // The route gets a config of its own: what is noted in it is not noted in an object two routes share.
      route.config = { ...route.config };
      // Fastify reuses the object for a second path, so the path is kept, while the config is read when it is asked.
      const { url: path, method } = route;
      const methods = typeof method === 'string' ? [method] : [...method];
      const access = (): DeclaredAccess => accessOf(route.config ?? {}, `${methods.join(',')} ${path}`);
      access();
      routes.push({ methods, path, access });
    },
    list: () =>
      routes.flatMap(({ methods, path, access }) =>
        methods.map((method) => ({ method, path, ...describeAccess(access()) })),
      ),
    faults: () => {
      const faults = new Map<string, ConfigurationFault>();
      for (const { methods, path, access } of routes) {
        const found = access();
        if (found.kind !== 'undeclared') continue;
        const bare = found.faults[0]?.code === 'CONFIG_ROUTE_UNDECLARED';
        if (corsPreflight && bare && methods.join() === 'OPTIONS' && path.endsWith('*')) continue;
        for (const fault of found.faults) faults.set(fault.option, fault);
      }
      // Fastify adds a HEAD route to each GET route: one fault is enough for both.
      for (const option of faults.keys()) if (option.startsWith('GET ')) faults.delete(`HEAD${option.slice(3)}`);
      return [...faults.values()];
    },
  };
}
