/** Keycloak gets a new signing key while a service runs: old tokens stand, new ones get in, and nothing is restarted. */
import { names } from '../../bench.mjs';
import { expectThat } from '../../program.mjs';
import { guardedService } from '../guarded-service.mjs';
import { realmName } from '../keycloak.mjs';
import { audiences } from '../realm.mjs';
import { userToken } from '../stage.mjs';

/** Above that of the keys a realm begins with. */
const priority = 200;

/** @param {string} token */
const keyIdOf = (token) => JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()).kid;

/**
 * @param {import('../stage.mjs').Stage} stage
 * @returns {Promise<readonly string[]>}
 */
export async function proveKeyRotation(stage) {
  const { keycloak, fetch } = stage;
  const requirement = { scope: 'stock:read' };
  const inventory = await guardedService(stage, { audience: audiences.inventory, id: names.service, requirement });
  const send = async (/** @type {string} */ token) =>
    (await fetch(`${inventory.url}/stock`, { headers: { authorization: `Bearer ${token}` } })).status;
  try {
    const old = await userToken(stage, 'stock:read');
    expectThat((await send(old)) === 200, `a token of the first key gets in: ${inventory.reason()}`);
    const { id } = await keycloak.administer('GET', `/${realmName}`);
    const component = {
      name: 'rotated',
      parentId: id,
      providerId: 'rsa-generated',
      providerType: 'org.keycloak.keys.KeyProvider',
      config: {
        priority: [String(priority)],
        enabled: ['true'],
        active: ['true'],
        algorithm: ['RS256'],
        keySize: ['2048'],
      },
    };
    await keycloak.administer('POST', `/${realmName}/components`, component);
    const fresh = await userToken(stage, 'stock:read');
    expectThat(keyIdOf(fresh) !== keyIdOf(old), 'Keycloak signs with the new key');
    // The service has just read the keys, and asks for an unknown one again after a cool-down of two seconds.
    let status = await send(fresh);
    for (let tries = 0; status === 401 && tries < 20; tries += 1) {
      expectThat(inventory.reason() === 'TOKEN_KEY_UNKNOWN', `until then its key is unknown: ${inventory.reason()}`);
      await new Promise((resolve) => setTimeout(resolve, 250));
      status = await send(fresh);
    }
    expectThat(status === 200, `a token of the new key gets in after the cool-down: ${inventory.reason()}`);
    expectThat((await send(old)) === 200, `a token of the old key still stands: ${inventory.reason()}`);

    const [header, payload, signature] = /** @type {[string, string, string]} */ (fresh.split('.'));
    const [oldHeader] = old.split('.');
    const forgeries = /** @type {const} */ ([
      ['the new signature under the old key', `${oldHeader}.${payload}.${signature}`],
      ['another payload under the new key', `${header}.${old.split('.')[1]}.${signature}`],
      [
        'a signature that was changed',
        `${header}.${payload}.${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`,
      ],
    ]);
    for (const [label, token] of forgeries) {
      expectThat((await send(token)) === 401, `${label} is refused`);
      expectThat(inventory.reason() === 'TOKEN_SIGNATURE_INVALID', `${label}: ${inventory.reason()}`);
    }
  } finally {
    await inventory.close();
  }
  return [
    'a new signing key: its tokens get in without a restart, those of the old key still stand, signatures under the wrong key are refused',
  ];
}
