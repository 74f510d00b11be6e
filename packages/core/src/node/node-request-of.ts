/** The Node request inside what frameworks hand on instead of it. */
import type { NodeRequest } from './request-facts-of.ts';

/** The request of Express, of Fastify (`raw`), or of Node itself; undefined when this is none. */
export function nodeRequestOf(request: unknown): NodeRequest | undefined {
  const wrapped = request as Partial<NodeRequest> & { readonly raw?: unknown };
  const raw = (wrapped?.raw ?? wrapped) as Partial<NodeRequest> | null | undefined;
  return Array.isArray(raw?.rawHeaders) && raw.socket !== undefined ? (raw as NodeRequest) : undefined;
}

/** The request in the context that GraphQL resolvers share: `req` or `request`, and `extra.request` of graphql-ws. */
export function graphqlRequestOf(shared: unknown): NodeRequest | undefined {
  const context = shared as
    | { readonly req?: unknown; readonly request?: unknown; readonly extra?: { readonly request?: unknown } }
    | undefined;
  return nodeRequestOf(context?.req ?? context?.request ?? context?.extra?.request);
}
