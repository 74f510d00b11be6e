/** Checks the options of the test issuer with all faults at once, before `oidc-provider` sees any of them. */
import { FaultCollector } from '@countersign/core';
import { checkAlgorithm } from '../check-algorithm.ts';
import { checkClientProof } from './check-client-proof.ts';
import { checkExchangeRules } from './check-exchange-rules.ts';
import type { TestIssuerOptions } from './issuer-options.ts';

const known = [
  'clients',
  'resources',
  'exchange',
  'requireDpopNonce',
  'jwtSvids',
  'authority',
  'tokenLifetimeSeconds',
  'algorithm',
  'clock',
  'port',
];
const knownOf = {
  clients: [
    'clientId',
    'clientSecret',
    'publicJwk',
    'certificateName',
    'certificatePem',
    'spiffeId',
    'audiences',
    'introspects',
    'scopes',
    'certificateBound',
    'dpopBound',
  ],
  resources: ['audience', 'scopes', 'tokenFormat'],
} as const;
const nameOf = { clients: 'clientId', resources: 'audience' } as const;

type Members = Readonly<Record<string, unknown>>;

/** The members of a list whose elements are objects; anything else is a fault. */
function elementsOf(faults: FaultCollector, options: Members, name: 'clients' | 'resources'): [string, Members][] {
  const list: unknown = options[name];
  if (!Array.isArray(list) || list.length === 0) {
    faults.add('CONFIG_MISSING', name, 'is empty', `name at least one of the ${name}`);
    return [];
  }
  const found: [string, Members][] = [];
  for (const [index, one] of (list as readonly unknown[]).entries()) {
    const path = `${name}[${index}]`;
    if (typeof one === 'object' && one !== null) found.push([path, one as Members]);
    else faults.add('CONFIG_INVALID', path, 'is no object', `write { ${nameOf[name]}: '…', scopes: [ … ] }`);
  }
  return found;
}

function checkElement(faults: FaultCollector, path: string, one: Members): void {
  const name = path.startsWith('clients') ? 'clients' : 'resources';
  faults.onlyKnown(one, knownOf[name], `${path}.`);
  const identifier = nameOf[name];
  if (typeof one[identifier] !== 'string' || one[identifier] === '') {
    faults.add('CONFIG_MISSING', `${path}.${identifier}`, 'is no text', 'write a name');
  }
  const { scopes } = one;
  if (!Array.isArray(scopes) || !scopes.every((scope) => typeof scope === 'string')) {
    faults.add('CONFIG_INVALID', `${path}.scopes`, 'is no list of texts', "write e.g. ['inventory:read'], or []");
  }
}

function checkSvids(faults: FaultCollector, { clients, jwtSvids }: Members): void {
  const keys = (jwtSvids as { readonly bundle?: Members } | null | undefined)?.bundle?.['keys'];
  const needed = Array.isArray(clients) && clients.some((one: Members | null) => one?.['spiffeId'] !== undefined);
  if (jwtSvids === undefined ? !needed : Array.isArray(keys)) return;
  const fix = 'pass createJwtSvidMinter({ trustDomain }), or the jwtSvids of a Workload API';
  faults.add(needed ? 'CONFIG_MISSING' : 'CONFIG_INVALID', 'jwtSvids', 'has no bundle with keys', fix);
}

function checkTime(faults: FaultCollector, { tokenLifetimeSeconds, clock }: Members): void {
  if (
    tokenLifetimeSeconds !== undefined &&
    !(Number.isSafeInteger(tokenLifetimeSeconds) && Number(tokenLifetimeSeconds) > 0)
  ) {
    faults.add('CONFIG_INVALID', 'tokenLifetimeSeconds', 'is no life', 'write whole seconds, at least 1');
  }
  if (clock !== undefined && typeof (clock as Members | null)?.['now'] !== 'function') {
    faults.add('CONFIG_INVALID', 'clock', 'tells no time', 'write { now: () => milliseconds }');
  }
}

/**
 * Checks the options.
 * @throws {ConfigurationError} with every fault.
 */
export function checkTestIssuer(given: TestIssuerOptions): void {
  const faults = new FaultCollector('createTestIssuer');
  const options = { ...given } as Members;
  faults.onlyKnown(options, known);
  for (const [path, client] of elementsOf(faults, options, 'clients')) {
    checkElement(faults, path, client);
    checkClientProof(faults, path, client);
  }
  for (const [path, resource] of elementsOf(faults, options, 'resources')) {
    checkElement(faults, path, resource);
    const { tokenFormat } = resource;
    if (tokenFormat !== undefined && tokenFormat !== 'jwt' && tokenFormat !== 'opaque') {
      faults.add('CONFIG_INVALID', `${path}.tokenFormat`, 'is not understood', "write 'jwt' or 'opaque'");
    }
  }
  checkSvids(faults, options);
  checkExchangeRules(faults, options);
  checkTime(faults, options);
  checkAlgorithm(faults, options['algorithm']);
  faults.throwIfAny();
}
