/**
 * What the stores need of a client: three commands of the package `redis` (node-redis). Its client, pool, cluster and
 * sentinel all have them. Written as a structure, so that the stores load no client of their own.
 */

/** How `SET` is sent: with a life, and only where nothing stands yet. */
export interface RedisSetOptions {
  readonly expiration: { readonly type: 'PX'; readonly value: number };
  readonly condition: 'NX';
}

/** The client of `createClient(…)`, connected by whoever made it. The stores neither connect nor close it. */
export interface RedisClient {
  set(key: string, value: string, options: RedisSetOptions): Promise<unknown>;
  get(key: string): Promise<unknown>;
  eval(script: string, options: { keys: string[]; arguments: string[] }): Promise<unknown>;
  /** `false` while there is no connection: nothing is sent then. Pools and clusters do not tell. */
  readonly isReady?: boolean;
}
