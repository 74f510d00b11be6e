/**
 * The egress guard: a path becomes a URL below `baseUrl`, or a refusal. The text is judged before `new URL` sees it,
 * because that one repairs: it turns backslashes into slashes, drops tabs and line ends, and resolves dot segments.
 */
import { ServiceCallError } from '../fault/service-call-error.ts';

// White space, control characters and backslashes anywhere; the fragment never leaves a client.
const forbidden = /[\s\p{Cc}\\#]/u;
const dotSegment = /^(?:\.|%2e){1,2}$/i;

function refused(check: string, expected?: string): ServiceCallError {
  // The path is not repeated: it may carry personal data.
  return new ServiceCallError('TARGET_REFUSED', { check, ...(expected !== undefined && { expected }) });
}

/** Where the paths of a client lead to. */
export interface BaseUrl {
  /** Scheme, host and port. */
  readonly origin: string;
  /** Path without its last slash; empty for the root. */
  readonly prefix: string;
}

/** Splits a URL that was checked as an option. */
export function baseUrlOf(text: string): BaseUrl {
  const { origin, pathname } = new URL(text);
  return { origin, prefix: pathname.replace(/\/+$/, '') };
}

/**
 * The URL of a path. An absolute URL is taken when it begins with `baseUrl`, to the letter.
 * @throws {ServiceCallError} `TARGET_REFUSED`.
 */
export function targetUrl({ origin, prefix }: BaseUrl, target: string): string {
  if (typeof target !== 'string') throw refused('type', 'a text, not an object such as URL or Request');
  const base = origin + prefix;
  const path = target.startsWith(`${base}/`) ? target.slice(base.length) : target;
  if (forbidden.test(path)) throw refused('characters');
  if (!path.startsWith('/')) throw refused('origin', 'a path with a leading slash, or a URL that begins with baseUrl');
  if (path.startsWith('//')) throw refused('host');
  const [before = ''] = path.split('?');
  if (before.split('/').some((segment) => dotSegment.test(segment))) throw refused('dot segments');
  const url = new URL(base + path);
  if (url.origin !== origin || url.username !== '' || url.password !== '') throw refused('origin');
  return url.href;
}
