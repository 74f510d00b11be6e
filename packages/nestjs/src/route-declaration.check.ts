/**
 * The check at boot: every handler of the application, of whatever kind, declares its access. It runs while the
 * application is created, before a server or a microservice can listen, and sees hybrid applications whole.
 */
import { assertDeclared, configuredTwice, handshakeAccess, pathTemplates } from '@countersign/core';
import { Inject, Injectable, RequestMethod } from '@nestjs/common';
import { DiscoveryService, MetadataScanner } from '@nestjs/core';
import { accessOf } from './handler-access.ts';
import { settingsToken } from './settings.ts';

/** What Nest's decorators note on methods: the key that marks a kind, the key of its path, the word for it. */
const kinds = [
  { mark: 'method', path: 'path', word: (verb: unknown) => String(RequestMethod[Number(verb)]).replace('ALL', '*') },
  { mark: 'microservices:handler_type', path: 'microservices:pattern', word: () => 'MESSAGE' },
  { mark: 'websockets:message_mapping', path: 'message', word: () => 'WEBSOCKET' },
  { mark: 'graphql:resolver_type', path: 'graphql:resolver_name', word: (type: unknown) => String(type).toUpperCase() },
];

/** Refuses the application with the name of every handler that declares nothing, or something wrong. */
@Injectable()
export class RouteDeclarationCheck {
  readonly handlers: ReturnType<typeof handlersOf>;

  constructor(@Inject(DiscoveryService) discovery: DiscoveryService) {
    const found = [...discovery.getControllers(), ...discovery.getProviders()];
    const owners = new Set(found.map(({ metatype }) => metatype).filter((one) => typeof one === 'function'));
    this.handlers = [...owners].flatMap(handlersOf);
    const again = found.filter(({ token }) => token === settingsToken).length > 1;
    assertDeclared(again ? [...this.handlers, { access: configuredTwice('ServiceAuthModule') }] : this.handlers);
  }
}

function handlersOf(owner: Function) {
  const prototype = (owner.prototype ?? null) as Record<string, Function> | null;
  const handlers = new MetadataScanner().getAllMethodNames(prototype).flatMap((name) => {
    const handler = prototype?.[name] as Function;
    const read = (key: string): unknown => Reflect.getMetadata(key, handler);
    const noted = { owner, handler, access: accessOf(owner, handler) };
    return kinds
      .filter(({ mark, path }) => [mark, path].every((key) => Reflect.hasMetadata(key, handler)))
      .map(({ mark, path, word }) => ({ ...noted, method: word(read(mark)), path: read(path) ?? name }));
  });
  if (!Reflect.hasMetadata('websockets:is_gateway', owner)) return handlers;
  // The handshake of a gateway counts too: it may speak to whoever connects.
  const { path = '' } = Reflect.getMetadata('websockets:gateway_options', owner) as { path?: string };
  const unseen = Boolean(Reflect.getMetadata('port', owner));
  const access = handshakeAccess({ where: owner.name, whole: accessOf(owner), messages: handlers, unseen });
  return [...handlers, { owner, handler: owner, method: 'WEBSOCKET', path: pathTemplates(path).join(), access }];
}
