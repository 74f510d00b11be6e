/** What a route of an application declared, for listings: `describeRoutes(app)` of every adapter answers these. */
import type { CompiledRequirement } from './requirement.ts';

/**
 * How a route is guarded. `public`: nothing is checked; `requirement`: the route says what it asks for; `wall`: only
 * what every request behind the wall must meet; `undeclared`: nothing was said, which `reason` tells the effect of.
 */
export type RouteAccess = 'public' | 'requirement' | 'undeclared' | 'wall';

/** One route of an application. */
export interface RouteDeclaration {
  /** HTTP method in upper case, or `*` for all of them. */
  readonly method: string;
  /** Template of the path, prefixes included. A part the framework does not tell reads `…`. */
  readonly path: string;
  readonly access: RouteAccess;
  /** What the route asks for, as written; for `wall`, what the wall asks for. */
  readonly requirement?: CompiledRequirement['source'];
  /** What must hold besides the requirement: the wall in front of it, and further `allow`s of the same route. */
  readonly also?: readonly CompiledRequirement['source'][];
  /** Why the route is public, or why it answers nobody. */
  readonly reason?: string;
}
