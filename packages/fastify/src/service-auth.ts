/**
 * The Fastify plugin. Its `onRequest` hook is the wall: it runs for every route, also for those declared before the
 * plugin, and for requests that match none. `onRoute` compiles requirements, and `onReady` refuses to boot with a
 * route that declares nothing, and on a server whose settings undo the checks.
 */
import {
  adapterSettings,
  admissionOf,
  ConfigurationError,
  FaultCollector,
  isPreflight,
  runInContext,
  serverFaults,
  type AdapterOptions,
  type AdapterSettings,
  type RouteDeclaration,
} from '@countersign/core';
import type { FastifyInstance, FastifyPluginAsync, FastifyRequest } from 'fastify';
import { declaredRoutes, type DeclaredRoutes } from './declared-routes.ts';
import { wallOf, type Proceed } from './wall.ts';

/** Options of the plugin. With `corsPreflight`, preflights go through to @fastify/cors. */
export type PluginOptions = AdapterOptions;

const declared = Symbol.for('countersign.fastify.routes');

/** A body arrives outside the request's asynchronous context, and a parser or hook can lose it: it is entered again. */
function reenter(request: FastifyRequest, _reply: unknown, done: Proceed): void {
  const admission = admissionOf(request.raw);
  if (admission === undefined) done();
  else runInContext(admission.context, done);
}

function checkOptions(app: FastifyInstance, options: PluginOptions): AdapterSettings {
  const faults = new FaultCollector('serviceAuth');
  // Fastify's own options of `register` travel in the same object.
  faults.onlyKnown(options, ['auth', 'corsPreflight', 'prefix', 'logLevel', 'logSerializers']);
  const settings = adapterSettings(faults, options);
  if (declared in app) {
    faults.add('CONFIG_CONFLICT', 'serviceAuth', 'is registered twice here', 'register it once, at the root');
  }
  faults.throwIfAny();
  return settings;
}

async function plugin(app: FastifyInstance, options: PluginOptions): Promise<void> {
  const { auth, corsPreflight } = checkOptions(app, options);
  const routes = declaredRoutes(corsPreflight);
  const wall = wallOf(auth);
  app.decorate(declared, routes);
  app.addHook('onRoute', (route) => routes.add(route));
  app.addHook('onRequest', (request, reply, next) => {
    if (corsPreflight && isPreflight(request.raw)) next();
    else wall(request, reply, next);
  });
  // A preflight that no hook answered: nothing more is done for it without a caller, not even reading its body.
  // oxlint-disable-next-line max-params -- Fastify's signature
  app.addHook('preParsing', (request, reply, payload, next) => {
    if (corsPreflight && isPreflight(request.raw)) wall(request, reply, (error) => next(error, payload));
    else next(null, payload);
  });
  app.addHook('preValidation', reenter);
  app.addHook('preHandler', reenter);
  app.addHook('onReady', async () => {
    const faults = [...routes.faults(), ...serverFaults(app.server)];
    if (faults.length > 0) throw new ConfigurationError('The application', faults);
  });
  app.addHook('onClose', async () => auth.close());
}

/**
 * The wall, as a plugin: `await app.register(serviceAuth, { auth })`, before the routes and on the root application.
 * @throws {ConfigurationError} at registration for its options; at `ready()` for routes that declare no access and for the server.
 */
export const serviceAuth: FastifyPluginAsync<PluginOptions> = Object.assign(plugin, {
  // What fastify-plugin would set: the hooks belong to the application that registers, not to a child of it.
  [Symbol.for('skip-override')]: true,
  [Symbol.for('fastify.display-name')]: '@countersign/fastify',
  [Symbol.for('plugin-meta')]: { name: '@countersign/fastify', fastify: '5.x' },
});

/** The routes the plugin was told of: all that were declared after it was registered. */
export function describeRoutes(app: object): RouteDeclaration[] {
  return (app as { readonly [declared]?: DeclaredRoutes })[declared]?.list() ?? [];
}
