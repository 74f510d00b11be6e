/**
 * What a Fastify route declares in its config: `allow` or `public`, one of the two. Neither, or both, is a fault, and
 * the route is refused to everybody.
 */
import {
  compileRequirement,
  ConfigurationError,
  type CompiledRequirement,
  type ConfigurationFault,
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

/** What a route declared. */
export type DeclaredAccess =
  | { readonly kind: 'requirement'; readonly compiled: CompiledRequirement }
  | { readonly kind: 'public'; readonly reason: string }
  | { readonly kind: 'undeclared'; readonly faults: readonly ConfigurationFault[] };

/** Remembers, in a config, what was read from it: so that a requirement object changed later changes nothing. */
const noted = Symbol('countersign.access');

interface NotedConfig extends DeclaringConfig {
  [noted]?: DeclaringConfig & { readonly access: DeclaredAccess };
}

function undeclared(code: ConfigurationFault['code'], option: string, problem: string): DeclaredAccess {
  const fix = 'write config: { allow: { scope: "inventory:read" } }, or config: { public: "why nobody is checked" }';
  return { kind: 'undeclared', faults: [{ code, option, problem, fix }] };
}

function read({ allow, public: reason }: DeclaringConfig, where: string): DeclaredAccess {
  if (allow === undefined && reason === undefined) {
    return undeclared('CONFIG_ROUTE_UNDECLARED', where, 'declares neither allow nor public');
  }
  if (allow !== undefined && reason !== undefined) {
    return undeclared('CONFIG_CONFLICT', where, 'declares both allow and public');
  }
  if (allow === undefined) {
    if (typeof reason === 'string' && reason.trim() !== '') return { kind: 'public', reason };
    return undeclared('CONFIG_INVALID', where, 'is public without a reason');
  }
  try {
    return { kind: 'requirement', compiled: compileRequirement(allow, where) };
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    return {
      kind: 'undeclared',
      faults: error.faults.map((fault) => ({ ...fault, option: `${where} ${fault.option}` })),
    };
  }
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
