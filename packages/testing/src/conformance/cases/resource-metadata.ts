import assert from 'node:assert/strict';
import { assertAllowed, assertRefused } from '../expectations.ts';
import type { ConformanceCase } from '../world.ts';

const identifier = 'https://inventory.test/api';
const path = '/.well-known/oauth-protected-resource/api';

export const resourceMetadata: ConformanceCase = {
  id: 'resource-metadata',
  title: 'challenges name the metadata of the resource, which anybody may read, and nothing beside it',
  run: async (world) => {
    const resource = { identifier, scopes: ['inventory:read'] };
    await world.withService({ resource }, async (described) => {
      const refused = await described.send({ path: '/whoami' });
      assertRefused(refused, { status: 401, reason: 'CREDENTIAL_MISSING', what: 'no credential' });
      const [challenge = ''] = refused.headers['www-authenticate'] ?? [];
      const named = /, resource_metadata="https:\/\/inventory\.test([^"]*)"/.exec(challenge)?.[1];
      assert.equal(named, path, 'the challenge names the metadata');

      const seen = await described.send({ path });
      assert.equal(seen.status, 200, 'the metadata is public');
      assert.match(seen.headers['content-type']?.[0] ?? '', /^application\/json/, 'content type of the metadata');
      assert.deepEqual(seen.events, [], 'nothing is decided, so nothing is recorded');
      const document = JSON.parse(seen.body) as Record<string, unknown>;
      assert.equal(document['resource'], identifier, 'clients compare it, to the letter (section 3.3)');
      assert.deepEqual(document['scopes_supported'], resource.scopes);
      assert.deepEqual(document['bearer_methods_supported'], ['header']);
      assert.equal(document['tls_client_certificate_bound_access_tokens'], true);
      const servers = document['authorization_servers'];
      assert.ok(Array.isArray(servers) && servers.length === 2, 'both issuers are named');
      assert.ok(
        Object.values(document).every((value) => !Array.isArray(value) || value.length > 0),
        'no list is empty (section 3.2)',
      );

      const head = await described.send({ path, method: 'HEAD' });
      assert.deepEqual([head.status, head.body], [200, ''], 'HEAD');
      for (const beside of [`${path}/x`, `${path}/`, '/.well-known/oauth-protected-resource', `/api${path}`]) {
        const other = await described.send({ path: beside });
        assertRefused(other, { status: 401, reason: 'CREDENTIAL_MISSING', what: beside });
      }
      const post = await described.send({ path, method: 'POST' });
      assertRefused(post, { status: 401, reason: 'CREDENTIAL_MISSING', what: 'POST' });
    });
    assertRefused(await world.send({ path }), { status: 401, reason: 'CREDENTIAL_MISSING', what: 'no metadata' });
    assertAllowed(await world.send({ path: '/whoami', token: await world.token() }), 'the service without metadata');
  },
};
