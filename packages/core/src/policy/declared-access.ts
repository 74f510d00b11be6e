/**
 * What a route declares about its callers: a requirement, or that it is public and why. Mistakes are noted instead of
 * thrown, so that an application can tell all of them at boot, in one error.
 */
import { ConfigurationError, type ConfigurationFault } from '../errors/configuration-error.ts';
import { compileRequirement, undeclaredRoute, type CompiledRequirement, type Requirement } from './requirement.ts';
import type { RouteDeclaration } from './route-declaration.ts';

/** What a route declared. */
export type DeclaredAccess =
  | { readonly kind: 'requirement'; readonly compiled: CompiledRequirement }
  | { readonly kind: 'public'; readonly reason: string }
  | { readonly kind: 'undeclared'; readonly faults: readonly [ConfigurationFault, ...ConfigurationFault[]] };

/** A route, or something like one. */
export interface Declared {
  readonly access: DeclaredAccess;
}

/** An access that lets nobody in, and why. */
export function undeclaredAccess(fault: ConfigurationFault): DeclaredAccess {
  return { kind: 'undeclared', faults: [fault] };
}

/** The access of a route that declares a requirement. `where` names the route in faults. */
export function requirementAccess(requirement: Requirement, where: string): DeclaredAccess {
  try {
    return { kind: 'requirement', compiled: compileRequirement(requirement, where) };
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    const [first, ...others] = error.faults.map((fault) => ({ ...fault, option: `${where} ${fault.option}` }));
    if (first === undefined) throw error;
    return { kind: 'undeclared', faults: [first, ...others] };
  }
}

/** The access of a route that is public. */
export function publicAccess(reason: string, where: string): DeclaredAccess {
  if (typeof reason === 'string' && reason.trim() !== '') return { kind: 'public', reason };
  const fix = 'say why nobody is checked';
  return undeclaredAccess({ code: 'CONFIG_INVALID', option: where, problem: 'is public without a reason', fix });
}

/** The fault of an application that configures its adapter more than once: which one counts would be chance. */
export function configuredTwice(option: string): DeclaredAccess {
  const fix = 'configure it once, for the whole application';
  return undeclaredAccess({ code: 'CONFIG_CONFLICT', option, problem: 'is configured twice', fix });
}

/** What a request must meet; undefined on a public route. Undeclared routes are refused to everybody. */
export function requirementOf(access: DeclaredAccess): CompiledRequirement | undefined {
  if (access.kind === 'public') return undefined;
  return access.kind === 'requirement' ? access.compiled : undeclaredRoute;
}

/** What listings say of an access. */
export function describeAccess(access: DeclaredAccess): Pick<RouteDeclaration, 'access' | 'requirement' | 'reason'> {
  if (access.kind === 'requirement') return { access: 'requirement', requirement: access.compiled.source };
  if (access.kind === 'public') return { access: 'public', reason: access.reason };
  return { access: 'undeclared', reason: access.faults.map(({ problem }) => problem).join('; ') };
}

/** @throws {ConfigurationError} with every fault of these routes, each once. */
export function assertDeclared(routes: readonly Declared[]): void {
  const faults = routes.flatMap(({ access }) => (access.kind === 'undeclared' ? access.faults : []));
  const once = new Map(faults.map((fault) => [fault.option, fault]));
  if (once.size > 0) throw new ConfigurationError('The application', [...once.values()]);
}

/** A connection whose messages are judged one by one. */
export interface DeclaredConnection {
  /** Names it in faults. */
  readonly where: string;
  /** What is declared for all of it. */
  readonly whole: DeclaredAccess;
  readonly messages: readonly Declared[];
  /** Whether its handshakes reach a server that we do not see. */
  readonly unseen: boolean;
}

/**
 * What the handshake of a connection must meet: what the whole says, or else any caller, since each message is judged by
 * itself, or even nobody where a message takes that. A handshake that must meet something must be seen.
 */
export function handshakeAccess({ where, whole, messages, unseen }: DeclaredConnection): DeclaredAccess {
  const access = whole.kind === 'requirement' || messages.length === 0 ? whole : handshakeFor(messages);
  if (!unseen || access.kind !== 'requirement') return access;
  const problem = 'listens on a port of its own, where handshakes cannot be checked';
  const fix = 'leave the port out, so that it shares the server of the application';
  return undeclaredAccess({ code: 'CONFIG_UNSAFE', option: where, problem, fix });
}

function handshakeFor(messages: readonly Declared[]): DeclaredAccess {
  if (messages.every(({ access }) => access.kind === 'public'))
    return { kind: 'public', reason: 'so are all of its messages' };
  const anyCaller = 'each message is judged by its own handler';
  const optional = messages.some(({ access }) => access.kind !== 'requirement' || access.compiled.optional);
  return requirementAccess(optional ? { anyCaller, optional } : { anyCaller }, 'the handshake');
}
