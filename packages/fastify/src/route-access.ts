/**
 * What a Fastify route declares in its config: `allow` or `public`, one of the two. Neither, or both, is a fault, and
 * the route is refused to everybody.
 */
import {
  publicAccess,
  requirementAccess,
  undeclaredAccess,
  type ConfigurationCode,
  type DeclaredAccess,
  type Requirement,
} from '@countersign/core';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What a caller of this route must be. Either this or `public`. */
    allow?: Requirement;
    /** Why this route needs no caller: nothing is checked and nothing recorded. Either this or `allow`. */
    public?: string;
  }
}

/** The part of a route's config that is read here. */
export interface DeclaringConfig {
  readonly allow?: Requirement | undefined;
  readonly public?: string | undefined;
}

/** Remembers, in a config, what was read from it: so that a requirement object changed later changes nothing. */
const noted = Symbol('countersign.access');

interface NotedConfig extends DeclaringConfig {
  [noted]?: DeclaringConfig & { readonly access: DeclaredAccess };
}

function undeclared(code: ConfigurationCode, option: string, problem: string): DeclaredAccess {
  const fix = 'write config: { allow: { scope: "inventory:read" } }, or config: { public: "why nobody is checked" }';
  return undeclaredAccess({ code, option, problem, fix });
}

function read({ allow, public: reason }: DeclaringConfig, where: string): DeclaredAccess {
  if (allow === undefined) {
    if (reason !== undefined) return publicAccess(reason, where);
    return undeclared('CONFIG_ROUTE_UNDECLARED', where, 'declares neither allow nor public');
  }
  if (reason !== undefined) return undeclared('CONFIG_CONFLICT', where, 'declares both allow and public');
  return requirementAccess(allow, where);
}

/** What a config declares. `where` names the route in faults. */
export function accessOf(config: DeclaringConfig, where: string): DeclaredAccess {
  const known = (config as NotedConfig)[noted];
  // A plugin may replace what a route declared after it was read: then it is read again.
  if (known !== undefined && known.allow === config.allow && known.public === config.public) return known.access;
  const access = read(config, where);
  if (Object.isExtensible(config))
    (config as NotedConfig)[noted] = { allow: config.allow, public: config.public, access };
  return access;
}
