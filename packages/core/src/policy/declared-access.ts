/**
 * What a route declares about its callers: a requirement, or that it is public and why. Mistakes are noted instead of
 * thrown, so that an application can tell all of them at boot, in one error.
 */
import { ConfigurationError, type ConfigurationFault } from '../errors/configuration-error.ts';
import { compileRequirement, type CompiledRequirement, type Requirement } from './requirement.ts';
import type { RouteDeclaration } from './route-declaration.ts';

/** What a route declared. */
export type DeclaredAccess =
  | { readonly kind: 'requirement'; readonly compiled: CompiledRequirement }
  | { readonly kind: 'public'; readonly reason: string }
  | { readonly kind: 'undeclared'; readonly faults: readonly [ConfigurationFault, ...ConfigurationFault[]] };

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
  return {
    kind: 'undeclared',
    faults: [{ code: 'CONFIG_INVALID', option: where, problem: 'is public without a reason', fix }],
  };
}

/** What listings say of an access. */
export function describeAccess(access: DeclaredAccess): Pick<RouteDeclaration, 'access' | 'requirement' | 'reason'> {
  if (access.kind === 'requirement') return { access: 'requirement', requirement: access.compiled.source };
  if (access.kind === 'public') return { access: 'public', reason: access.reason };
  return { access: 'undeclared', reason: access.faults.map(({ problem }) => problem).join('; ') };
}

/** @throws {ConfigurationError} with every fault of these routes, each once. */
export function assertDeclared(accesses: readonly DeclaredAccess[]): void {
  const faults = accesses.flatMap((access) => (access.kind === 'undeclared' ? access.faults : []));
  const once = new Map(faults.map((fault) => [fault.option, fault]));
  if (once.size > 0) throw new ConfigurationError('The application', [...once.values()]);
}

/**
 * What the handshake of a connection must meet, before its messages are judged one by one: what the whole says, or else
 * any caller, or nobody where a message takes no caller. Undefined when all of it is public.
 */
export function handshakeRequirement(
  whole: DeclaredAccess | undefined,
  messages: readonly DeclaredAccess[],
): CompiledRequirement | undefined {
  if (whole?.kind === 'requirement') return whole.compiled;
  if (messages.every(({ kind }) => kind === 'public')) return undefined;
  const anyCaller = 'each message is judged by its own handler';
  const optional = messages.some((one) => one.kind !== 'requirement' || one.compiled.optional);
  return compileRequirement(optional ? { anyCaller, optional } : { anyCaller }, 'the handshake');
}
