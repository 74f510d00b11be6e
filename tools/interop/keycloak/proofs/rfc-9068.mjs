/** Keycloak told to write access tokens by RFC 9068: then no profile of its own is needed, and the old kind is refused. */
import { names } from '../../bench.mjs';
import { expectThat } from '../../program.mjs';
import { guardedService } from '../guarded-service.mjs';
import { inventoryClient } from '../inventory-client.mjs';
import { realmName } from '../keycloak.mjs';
import { audiences, clientIds } from '../realm.mjs';

/**
 * @param {import('../stage.mjs').Stage} stage
 * @returns {Promise<readonly string[]>}
 */
export async function proveRfc9068(stage) {
  const { keycloak, bench, secrets } = stage;
  const { core } = bench;
  const inventory = await guardedService(stage, {
    audience: audiences.inventory,
    id: names.service,
    requirement: { scope: 'stock:read' },
    issuer: { profile: 'at+jwt' },
  });
  const clientSecret = new core.Secret(secrets.byPost);
  const clientAuthentication = core.clientSecret({ clientId: clientIds.byPost, clientSecret });
  const statusNow = async () => {
    // A new one each time, because a client keeps its token.
    const client = inventoryClient(stage, inventory, { clientAuthentication });
    const { status } = await client.fetch('/stock');
    await client.close();
    return status;
  };
  try {
    const before = await statusNow();
    const isUnexpected = before === 401 && inventory.reason() === 'TOKEN_TYPE_UNEXPECTED';
    expectThat(isUnexpected, `what Keycloak writes by default is none of these: ${before} ${inventory.reason()}`);
    const [found] = await keycloak.administer('GET', `/${realmName}/clients?clientId=${clientIds.byPost}`);
    const attributes = { ...found.attributes, 'access.token.header.type.rfc9068': 'true' };
    await keycloak.administer('PUT', `/${realmName}/clients/${found.id}`, { ...found, attributes });
    const after = await statusNow();
    expectThat(after === 200, `a token by RFC 9068 gets in: ${after} ${inventory.reason()}`);
    const { id } = inventory.caller();
    expectThat(id === `oauth:${keycloak.issuer}#${clientIds.byPost}`, `the caller is the client: ${id}`);
  } finally {
    await inventory.close();
  }
  return [
    'told to write access tokens by RFC 9068, Keycloak needs no profile of its own: at+jwt takes them, and refuses the others',
  ];
}
