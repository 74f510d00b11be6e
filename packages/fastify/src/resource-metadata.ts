/** Serves the metadata of the service (RFC 9728 §3) to anybody, as a route that is declared public. */
import { protectedResourceMetadata, type ServiceAuth } from '@countersign/core';
import type { FastifyPluginAsync } from 'fastify';

/**
 * The route, as a plugin: `await app.register(resourceMetadata, { auth })`.
 * @throws {ConfigurationError} at registration, when the service has no `resource`.
 */
export const resourceMetadata: FastifyPluginAsync<{ readonly auth: ServiceAuth }> = async (app, { auth }) => {
  const { path, document } = protectedResourceMetadata(auth);
  // A colon would begin a parameter. Bytes, because an object would go through the serializer of the application.
  const url = path.replaceAll(':', '::');
  const body = Buffer.from(JSON.stringify(document));
  app.get(url, { config: { public: 'metadata of the resource (RFC 9728)' } }, (_request, reply) =>
    reply.type('application/json').send(body),
  );
};
