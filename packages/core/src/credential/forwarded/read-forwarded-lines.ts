/**
 * The header lines of a request in which a proxy tells of its client, sorted by the format of this service. Whatever
 * comes twice, comes in another format, or is spelt with an underscore is refused, because it is not from the proxy as it
 * is configured: some proxies and servers take `x_forwarded_client_cert` for the header itself.
 */
import { judgeSafely } from '../../errors/judge-safely.ts';
import { refuse, type Outcome } from '../../errors/outcome.ts';
import type { ForwardedFormat } from '../forwarded-caller.ts';
import type { ForwardedClaim } from './forwarded-claim.ts';
import { formats, type FormatTrust, type HeaderRole, type HeaderValues } from './formats.ts';

/** A field line: the name in lower case, and the value. */
export type HeaderLine = readonly [name: string, value: string];

/** How a service is told of the clients of its proxy. */
export interface ForwardedReading {
  readonly format: ForwardedFormat;
  /** The headers of the format, by what they carry. */
  readonly headers: Readonly<Partial<Record<HeaderRole, string>>>;
  readonly trust: FormatTrust;
}

/** Reads the lines. Undefined when the client of the proxy had no certificate. Never throws. */
export function readForwardedLines(
  lines: readonly HeaderLine[],
  { format, headers, trust }: ForwardedReading,
): Outcome<ForwardedClaim | undefined> {
  return judgeSafely(() => {
    const { beside = [], read } = formats[format];
    const roles = new Map(Object.entries(headers).map(([role, name]) => [name, role as HeaderRole]));
    const values: Partial<Record<HeaderRole, string[]>> = {};
    for (const [name, value] of lines) {
      const role = roles.get(name);
      if (role === undefined) {
        if (beside.includes(name)) continue;
        return refuse('FORWARDED_IDENTITY_MALFORMED', name, { expected: `only the headers of the format ${format}` });
      }
      const known = (values[role] ??= []);
      known.push(value);
      if (known.length > 1 && role !== 'chain') {
        return refuse('FORWARDED_IDENTITY_MALFORMED', name, { expected: 'once' });
      }
    }
    return read(values as HeaderValues, trust);
  });
}
