/**
 * Reads the stack of an Express router, which no version documents: routes, mounted routers and middlewares, with
 * their paths as far as that version still knows them. It only lists; no request is decided by it.
 */
import { pathText } from './matched-route.ts';

/** One entry of a router: `rawPath` and `slash` are of Express 5 (router 2.3 on), `regexp` and `keys` of Express 4. */
export interface Layer {
  readonly handle: object;
  readonly name?: string;
  readonly method?: string;
  readonly route?: { readonly path: unknown; readonly stack: readonly Layer[] };
  readonly rawPath?: unknown;
  readonly slash?: boolean;
  readonly regexp?: RegExp & { readonly fast_slash?: boolean };
  readonly keys?: readonly { readonly name: string | number }[];
  match?(path: string): unknown;
}

/** The entries of a router; none when the shape is not known. */
export function layersOf(router: unknown): readonly Layer[] {
  const stack = (router as { readonly stack?: unknown } | undefined)?.stack;
  return Array.isArray(stack) ? (stack as readonly Layer[]) : [];
}

function isRoot({ slash, regexp }: Layer): boolean {
  return slash === true || regexp?.fast_slash === true;
}

/** Where a middleware or router is mounted: empty at the root, `/…` where Express does not tell. */
export function mountPath(layer: Layer): string {
  if (isRoot(layer)) return '';
  if (layer.rawPath !== undefined) return pathText(layer.rawPath);
  let key = 0;
  // Express 4 keeps only what path-to-regexp 0.1 made of the path: ^\/api\/?(?=\/|$), parameters as (?:\/([^/]+?)).
  const text = (layer.regexp?.source ?? '*')
    .replace(/^\^|\\\/\?\(\?=\\\/\|\$\)$/g, '')
    .replaceAll(/\(\?:\\\/\(\[\^\\?\/\]\+\?\)\)/g, () => `/:${layer.keys?.[key++]?.name}`)
    .replaceAll(/\\(.)/g, '$1');
  return /[()^$?*+|]/.test(text) ? '/…' : text;
}

/** Whether a middleware also runs for this path. In doubt it does not: a listing must not promise a wall. */
export function covers(layer: Layer, path: string): boolean {
  if (isRoot(layer)) return true;
  try {
    return path.startsWith('/') && !path.includes('…') && Boolean(layer.match?.(path));
  } catch {
    return false;
  }
}
