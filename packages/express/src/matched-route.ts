/**
 * The template of the route that Express matched. Decisions and events use it, never the path as sent: the same route
 * reads the same however a caller spells it.
 */
import type { IncomingMessage } from 'node:http';
import type { Middleware } from './middleware.ts';

/** What Express adds to a request, as far as it is read here. */
interface ExpressRequest extends IncomingMessage {
  readonly baseUrl?: string;
  readonly route?: { readonly path?: unknown; readonly stack?: readonly { readonly handle?: unknown }[] };
  readonly app?: { enabled?(setting: string): boolean };
}

/** A path of a route as text: a string as it is, alternatives joined by `|`, a regular expression as its source. */
export function pathText(path: unknown): string {
  return Array.isArray(path) ? path.map(pathText).join('|') : String(path);
}

/**
 * The matched route of a middleware, or undefined when it was mounted with `use` and runs before any route matched.
 * Express tells where a router is mounted only as the caller spelt it: the prefix is put in lower case unless the
 * application routes by case.
 */
export function matchedRoute(request: ExpressRequest, middleware: Middleware): string | undefined {
  const { route, baseUrl = '', app } = request;
  // `request.route` outlives a route that handed on: it counts only for the middleware that stands in it.
  if (route?.stack?.some((layer) => layer.handle === middleware) !== true) return undefined;
  const prefix = app?.enabled?.('case sensitive routing') === true ? baseUrl : baseUrl.toLowerCase();
  return prefix + pathText(route.path);
}
