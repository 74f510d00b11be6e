/**
 * The request as the caller behind a proven proxy made it: with the certificate that the proxy tells of, and without that
 * of the proxy, which is never a caller here. What a stranger tells is refused, and told to the operator.
 */
import type { ForwardedCaller } from '../credential/forwarded-caller.ts';
import type { ForwardedClaim } from '../credential/forwarded/forwarded-claim.ts';
import {
  readForwardedLines,
  type ForwardedReading,
  type HeaderLine,
} from '../credential/forwarded/read-forwarded-lines.ts';
import type { RequestFacts } from '../credential/request-facts.ts';
import { accept, refuse, type MaybePromise, type Outcome } from '../errors/outcome.ts';
import { whenKnown } from '../errors/when-known.ts';
import type { ProveHop, ProvenProxy } from './proven-hop.ts';

/** What it takes. */
export interface SeeThroughParts {
  readonly reading: ForwardedReading;
  /** Every header of every format, lower case. */
  readonly names: readonly string[];
  readonly proveHop: ProveHop;
  /** Tells of a stranger who sent such headers. */
  readonly tellSpoof: (header: string) => void;
}

/** Answers the facts as they are behind the proxy. */
export type SeeThrough = (facts: RequestFacts) => MaybePromise<Outcome<RequestFacts>>;

/** Callers that are remembered, so that the certificate of a busy one is verified once, as over a connection of its own. */
const maximumKnown = 500;
const longestKnown = 16_384;

/** The lines, where the adapter did not take them off: by name, and with underscores for hyphens. */
function linesOf(facts: RequestFacts, names: readonly string[]): readonly HeaderLine[] {
  if (facts.forwardedLines !== undefined) return facts.forwardedLines;
  return names.flatMap((name) =>
    [...new Set([name, name.replaceAll('-', '_')])].flatMap((spelt) =>
      facts.header(spelt).map((value): HeaderLine => [spelt, value]),
    ),
  );
}

function callerOf(claim: ForwardedClaim, format: ForwardedCaller['format'], proxy: ProvenProxy): ForwardedCaller {
  const shown =
    claim.kind === 'certificate'
      ? // The proxy vouches for the handshake; the path is verified by us.
        ({ kind: 'certificate', peer: Object.freeze({ chain: claim.chain, tlsAuthorized: true }) } as const)
      : ({ kind: 'name', ...claim.name } as const);
  return Object.freeze({ format, ...proxy, element: claim.element, shown: Object.freeze(shown) });
}

/** The seer of a service. */
export interface ProxySeer {
  readonly seeThrough: SeeThrough;
  /** Remembers a caller that was verified. Whoever only makes up certificates and names moves nobody out of the memory. */
  readonly remember: (caller: ForwardedCaller) => void;
}

/** Makes it. */
export function createSeeThrough({ reading, names, proveHop, tellSpoof }: SeeThroughParts): ProxySeer {
  const known = new Map<string, Outcome<ForwardedCaller | undefined>>();
  /** Callers that are not remembered yet, with the text they came as. */
  const fresh = new WeakMap<ForwardedCaller, string>();

  const read = (lines: readonly HeaderLine[], proxy: ProvenProxy): Outcome<ForwardedCaller | undefined> => {
    const claim = readForwardedLines(lines, reading);
    if (!claim.ok || claim.value === undefined) return claim as Outcome<undefined>;
    return accept(callerOf(claim.value, reading.format, proxy));
  };

  const readOnce = (lines: readonly HeaderLine[], proxy: ProvenProxy): Outcome<ForwardedCaller | undefined> => {
    // No line feed can be in a header or in an id.
    const key = [proxy.hop, ...lines.flat()].join('\n');
    const earlier = known.get(key);
    if (earlier !== undefined) return earlier;
    const caller = read(lines, proxy);
    if (caller.ok && caller.value !== undefined && key.length <= longestKnown) fresh.set(caller.value, key);
    return caller;
  };

  const remember = (caller: ForwardedCaller): void => {
    const key = fresh.get(caller);
    if (key === undefined) return;
    fresh.delete(caller);
    const [oldest] = known.size >= maximumKnown ? known.keys() : [];
    if (oldest !== undefined) known.delete(oldest);
    known.set(key, accept(caller));
  };

  const seeThrough: SeeThrough = (facts) => {
    const lines = linesOf(facts, names);
    return whenKnown(proveHop(facts), (proxy): Outcome<RequestFacts> => {
      if (!proxy.ok) return proxy;
      const { value } = proxy;
      if (value.hop === undefined) {
        const [first] = lines;
        if (first === undefined) return accept(facts);
        tellSpoof(first[0]);
        const actual = value.workload === undefined ? {} : { actual: value.workload };
        return refuse('FORWARDED_IDENTITY_UNTRUSTED', first[0], { expected: 'a proxy that is proven', ...actual });
      }
      const { peerCertificate: _proxys, ...own } = facts;
      const caller = readOnce(lines, value);
      if (!caller.ok) return caller;
      return accept(Object.freeze(caller.value === undefined ? own : { ...own, forwarded: caller.value }));
    });
  };

  return { seeThrough, remember };
}
