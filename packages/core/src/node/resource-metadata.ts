/**
 * Serves the metadata of a service (RFC 9728 §3) to anybody, as a middleware of the kind that Connect, Express, NestJS
 * and plain Node share. Everything else it hands on untouched: mount it in front of the wall.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { protectedResourceMetadata } from '../enforcement/protected-resource-metadata.ts';
import type { ServiceAuth } from '../enforcement/service-auth.ts';

/** A middleware by its shape. */
export type NodeMiddleware = (
  request: IncomingMessage & { readonly originalUrl?: string },
  response: ServerResponse,
  next: () => void,
) => void;

/**
 * The middleware.
 * @throws {ConfigurationError} when the service has no `resource`.
 */
export function resourceMetadata(auth: ServiceAuth): NodeMiddleware {
  const { path, document } = protectedResourceMetadata(auth);
  const body = Buffer.from(JSON.stringify(document));
  return function resourceMetadata(request, response, next) {
    const { method, originalUrl, url = '' } = request;
    const [target] = (originalUrl ?? url).split('?');
    if (target !== path || (method !== 'GET' && method !== 'HEAD')) return next();
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length });
    response.end(method === 'HEAD' ? undefined : body);
  };
}
