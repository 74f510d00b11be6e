/**
 * The Fastify plugin. Its `onRequest` hook is the wall: it runs for every route, also for those declared before the
 * plugin, and for requests that match none. `onRoute` compiles requirements, and `onReady` refuses to boot with a
 * route that declares nothing, on a server whose settings undo the checks, and where the wall stands beside the routes.
 */
import {
  adapterSettings,
  admissionOf,
  ConfigurationError,
  FaultCollector,
  guardConnections,
  hideForwardedHeaders,
  isPreflight,
  runInContext,
  serverFaults,
  withoutForwardedHeaders,
  type AdapterOptions,
  type ConfigurationFault,
  type RouteDeclaration,
} from '@countersign/core';
import type { FastifyInstance, FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import { declaredRoutes, type DeclaredRoutes } from './declared-routes.ts';
import { wallOf, type Proceed, type Wall } from './wall.ts';

/** Options of the plugin. With `corsPreflight`, preflights go through to @fastify/cors. */
export type PluginOptions = AdapterOptions;

const declared = Symbol.for('countersign.fastify.routes');

/** A body arrives outside the request's asynchronous context, and a parser or hook can lose it: it is entered again. */
function reenter(request: FastifyRequest, reply: FastifyReply, done: Proceed): void {
  const admission = admissionOf(request.raw);
  if (admission === undefined) done();
  else runInContext(admission.context, done, reply);
}

function checkOptions(app: FastifyInstance, options: PluginOptions) {
  const faults = new FaultCollector('serviceAuth');
  // Fastify's own options of `register` travel in the same object.
  faults.onlyKnown(options, ['auth', 'corsPreflight', 'tls', 'prefix', 'logLevel', 'logSerializers']);
  const settings = adapterSettings(faults, options);
  if (declared in app) {
    faults.add('CONFIG_CONFLICT', 'serviceAuth', 'is registered twice here', 'register it once, at the root');
  }
  faults.throwIfAny();
  return settings;
}

/**
 * A plugin of the application's own that registers the wall, and was not wrapped in fastify-plugin, is a child: the
 * wall then guards that child, and every route outside answers everybody.
 */
function misplaced(app: FastifyInstance, routes: DeclaredRoutes): readonly ConfigurationFault[] {
  const isChild = 'addHook' in (Object.getPrototypeOf(app) as object);
  if (!isChild || routes.list().length > 0) return [];
  const problem = 'guards nothing: it stands in a child of the application that declares no route after it';
  const fix = 'register it on the root application, or wrap the plugin that registers it in fastify-plugin';
  return [{ code: 'CONFIG_UNSAFE', option: 'serviceAuth', problem, fix }];
}

async function plugin(app: FastifyInstance, options: PluginOptions): Promise<void> {
  const { auth, corsPreflight, tls } = checkOptions(app, options);
  const routes = declaredRoutes(corsPreflight);
  const wall = wallOf(auth);
  app.decorate(declared, routes);
  app.addHook('onRoute', (route) => routes.add(route));
  // Of public routes and preflights too: in front of the wall. What runs before hooks (logs, say) sees none either; but a
  // host name with several addresses has servers that are not shown.
  hideForwardedHeaders(auth, app.server);
  const unseen = withoutForwardedHeaders(auth);
  app.addHook('onRequest', (request, reply, next) => unseen(request.raw, reply.raw, next));
  if (corsPreflight) letPreflightsPass(app, wall);
  else app.addHook('onRequest', wall);
  app.addHook('preValidation', reenter);
  app.addHook('preHandler', reenter);
  app.addHook('onReady', async () => {
    const faults = [...routes.faults(), ...serverFaults(app.server), ...misplaced(app, routes)];
    if (faults.length > 0) throw new ConfigurationError('The application', faults);
    if (tls !== undefined) guardConnections(auth, app.server, tls);
  });
  app.addHook('onClose', async () => auth.close());
}

/** The wall for all requests but preflights. */
function letPreflightsPass(app: FastifyInstance, wall: Wall): void {
  const unjudged = new WeakSet<FastifyRequest>();
  app.addHook('onRequest', (request, reply, next) => {
    if (!isPreflight(request.raw)) return wall(request, reply, next);
    unjudged.add(request);
    next();
  });
  // A preflight that no hook answered: nothing more is done for it without a caller, not even reading its body. It is
  // known by having passed, not by its headers, which hooks may have changed by now.
  // oxlint-disable-next-line max-params -- Fastify's signature
  app.addHook('preParsing', (request, reply, payload, next) => {
    if (unjudged.has(request)) wall(request, reply, (error) => next(error, payload));
    else next(null, payload);
  });
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
