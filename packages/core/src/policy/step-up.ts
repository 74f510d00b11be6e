/**
 * Step-up authentication (RFC 9470): how strongly, and how lately, the subject of the request has authenticated, as its
 * token says in `acr` and `auth_time` (RFC 9068 §2.2.1). A caller without such a token has not authenticated anybody.
 */
import type { FaultCollector } from '../errors/configuration-error.ts';
import { isScopeToken } from '../identity/scope-set.ts';
import type { DenyDecision, StepUp } from './decision.ts';
import { deny, type Rule } from './requirement-rule.ts';

/** The parts of a requirement, as written. */
export interface StepUpParts {
  readonly acr: string | readonly string[] | undefined;
  readonly maxAgeSeconds: number | undefined;
}

const longestSeconds = 31_536_000;

function checkValues(faults: FaultCollector, acr: StepUpParts['acr']): readonly string[] | undefined {
  if (acr === undefined) return undefined;
  const values = typeof acr === 'string' ? [acr] : acr;
  // They travel in the challenge as scopes do: separated by spaces, inside quotes.
  const isList = Array.isArray(values) && values.length > 0;
  if (isList && values.every((one) => typeof one === 'string' && isScopeToken(one))) return Object.freeze([...values]);
  faults.add('CONFIG_INVALID', 'acr', 'is not a list of values', 'write one value per element, without spaces');
  return undefined;
}

function checkSeconds(faults: FaultCollector, seconds: StepUpParts['maxAgeSeconds']): number | undefined {
  if (seconds === undefined) return undefined;
  if (Number.isInteger(seconds) && seconds >= 0 && seconds <= longestSeconds) return seconds;
  const fix = `write whole seconds from 0 to ${longestSeconds}`;
  faults.add('CONFIG_INVALID', 'maxAgeSeconds', 'is not a number of seconds', fix);
  return undefined;
}

/** Denies callers whose subject has to authenticate again, or better. Both must hold of the same token. */
export function stepUpRule(faults: FaultCollector, parts: StepUpParts): Rule {
  const acrValues = checkValues(faults, parts.acr);
  const maxAgeSeconds = checkSeconds(faults, parts.maxAgeSeconds);
  const stepUp: StepUp = Object.freeze({
    ...(acrValues !== undefined && { acrValues }),
    ...(maxAgeSeconds !== undefined && { maxAgeSeconds }),
  });
  const denied = (part: string): DenyDecision => ({ ...deny(part, 'AUTHENTICATION_INSUFFICIENT'), stepUp });
  return ({ evidence }, now) => {
    const token = evidence.find((one) => one.kind === 'access-token');
    if (acrValues !== undefined && !(token?.acr !== undefined && acrValues.includes(token.acr))) return denied('acr');
    if (maxAgeSeconds === undefined) return undefined;
    const { authTime, issuedAt } = token ?? {};
    // An authentication after its own token has not happened: it must not count as a fresh one.
    const isPast = authTime !== undefined && authTime <= (issuedAt ?? now);
    return isPast && now - authTime <= maxAgeSeconds * 1000 ? undefined : denied('maxAgeSeconds');
  };
}
