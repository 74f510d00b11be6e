/**
 * URLs of DPoP proofs (RFC 9449 §4.3, `htu`): two spellings of one URL compare as equal, and what `new URL` would repair
 * or hide is none. The URL of a request is built from the configured origin and the target, and never from a header:
 * `Host` and `X-Forwarded-Host` are what an attacker writes.
 */

// Visible ASCII without backslash: `new URL` reads that as a slash, and drops tabs and line feeds.
const written = /^https?:\/\/[!-[\]-~]+$/i;
const unreserved = /^[A-Za-z0-9\-._~]$/;
const triplet = /%[0-9A-Fa-f]{2}/g;
const brokenTriplet = /%(?![0-9A-Fa-f]{2})/;

/** RFC 3986 §6.2.2: letters of triplets in upper case, and none for a character that needs no encoding. */
function normalTriplet(text: string): string {
  const character = String.fromCharCode(Number.parseInt(text.slice(1), 16));
  return unreserved.test(character) ? character : text.toUpperCase();
}

/** A URL without query and fragment, in its one spelling (RFC 3986 §6.2.2 and §6.2.3), or `undefined`. Never throws. */
export function normalUrl(text: string): string | undefined {
  if (!written.test(text) || brokenTriplet.test(text) || !URL.canParse(text)) return undefined;
  // Decoded first, so that the dots of `%2e%2e` are dots before the segments are resolved.
  const decoded = text.replaceAll(triplet, normalTriplet);
  if (!URL.canParse(decoded)) return undefined;
  const { username, password, origin, pathname } = new URL(decoded);
  // An authority with an @ at all, even with nothing before it, is not how anybody writes their own address.
  const authority = decoded.slice(decoded.indexOf('://') + 3).split(/[/?#]/, 1)[0] ?? '';
  if (username !== '' || password !== '' || authority.includes('@')) return undefined;
  return `${origin}${pathname}`;
}

/** The address at which callers see a service. */
export interface PublicAddress {
  /** E.g. `https://api.example`. */
  readonly origin: string;
  /** What a proxy takes off the path before the service sees it: empty, or e.g. `/inventory`. */
  readonly basePath: string;
}

const dotSegment = /\/(?:\.|%2e){1,2}(?:\/|$)/i;

/** Dots would be resolved here and perhaps by no router, and `/../orders` leaves the base path for another service. */
function isPlainPath(target: string): boolean {
  const [path = ''] = target.split('?', 1);
  return path.startsWith('/') && !path.includes('#') && !dotSegment.test(path);
}

/**
 * The URL of a request with this target, or `undefined` when the target is no path (RFC 9112 §3.2.1), or one with dot
 * segments: every client resolves them before it asks (RFC 3986 §5.2.4).
 */
export function requestUrl({ origin, basePath }: PublicAddress, target: string): string | undefined {
  return isPlainPath(target) ? normalUrl(`${origin}${basePath}${target}`) : undefined;
}
