/** What must not compile, and what must: tsc reads this file, nothing runs it. */
import type { ReplayStore, RevocationStore } from '@countersign/core';
import { createClient, createClientPool, createCluster, createSentinel } from 'redis';
import * as redis5 from 'redis5';
import { createRedisReplayStore, createRedisRevocationStore } from './index.ts';

const cluster = { rootNodes: [{ url: 'redis://localhost' }] };
const sentinel = { name: 'main', sentinelRootNodes: [{ host: 'localhost', port: 26_379 }] };

const replay: ReplayStore = createRedisReplayStore({ client: createClient() });
const revocation: RevocationStore = createRedisRevocationStore({ client: createClient() });
void [replay, revocation];

createRedisReplayStore({ client: createClientPool() });
createRedisRevocationStore({ client: createClientPool() });
createRedisReplayStore({ client: createCluster(cluster) });
createRedisRevocationStore({ client: createCluster(cluster) });
createRedisReplayStore({ client: createSentinel(sentinel) });
createRedisReplayStore({ client: redis5.createClient() });
createRedisRevocationStore({ client: redis5.createCluster(cluster) });

// @ts-expect-error the client is yours
createRedisReplayStore({ url: 'redis://localhost' });
// @ts-expect-error what is read is never written
createRedisRevocationStore({ client: { get: createClient().get } });
